# ruff: noqa: RUF012 - Django's own way
"""Operations that are made by code: nobody can tell their lines."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0002_no_total")]
    operations = [migrations.AddField("order", name, models.IntegerField(null=True)) for name in ("a", "b")]
