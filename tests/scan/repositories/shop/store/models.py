from django.db import models


class Order(models.Model):
    customer = models.ForeignKey("Customer", on_delete=models.CASCADE)
    amount = models.DecimalField(db_column="total", max_digits=10, decimal_places=2)
    status = models.TextField()
    tags = models.ManyToManyField("Tag")

    class Meta:
        db_table = "orders"


class Parcel(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    weight = models.IntegerField()
    carrier = models.TextField()
