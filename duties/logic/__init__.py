"""Plain rules of duties: values in, values out."""
