# ruff: noqa: RUF012 - Django's own way
"""Nobody wants the total any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [
        migrations.RemoveField("order", "total"),  # lintel: ignore DRP-02, DRP-05
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        migrations.AddField(
            "order",
            "prio",
            models.SmallIntegerField(null=True),
        ),
        migrations.RunSQL("UPDATE orders SET prio = 1; ALTER TABLE orders ALTER prio SET DEFAULT 2"),
    ]
