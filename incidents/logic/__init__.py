"""Plain Python of the incident log: values in, values out."""
