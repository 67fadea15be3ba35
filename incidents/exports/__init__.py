"""Files made of incidents and of what lies below them."""
