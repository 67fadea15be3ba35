"""Pages of training: sessions and their people, certificates, and a member's own."""
