from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Draws each form field with label, help and errors tied to the input (templates/forms/)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
