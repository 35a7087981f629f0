# ruff: noqa: RUF012 - Django's own way
"""Orders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Order",
            [("id", models.AutoField(primary_key=True)), ("total", models.FloatField())],
            options={"db_table": "orders"},
        )
    ]
