"""The product's own components, tags of `{% load ui %}`; their markup lies in templates/components/."""
