"""The models and steps of with_django; to be imported when Django has its settings."""

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber


class Customer(models.Model):
    """Who orders."""

    name = models.TextField()

    class Meta:
        """The table as it is."""

        app_label, db_table = "shop", "customers"


class Order(models.Model):
    """With the columns to come."""

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="orders")
    code = models.CharField(max_length=20, unique=True, null=True)
    total = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    note = models.TextField(null=True)
    priority = models.SmallIntegerField(default=0)
    label = models.CharField(max_length=9, null=True)

    class Meta:
        """The table as it is."""

        app_label, db_table = "shop", "orders"


def _seen() -> list[object]:
    return list(Order.objects.order_by("id").values_list())


def objects() -> Iterator[object]:
    """One object at a time."""
    one = Order.objects.create(code="one", priority=3, label="red")
    yield one.pk, _seen()
    one.priority, one.note = 4, "up"
    one.save()
    one.label = "blue"
    one.save(update_fields=["label"])
    one.priority = F("priority") + 1
    one.save()
    one.refresh_from_db()
    yield one.priority, one.label
    Order(id=70, code="seventy", priority=7).save()
    Order(id=70, code="seventy", priority=8, label="x").save()  # UPDATE, then INSERT where there is none
    yield _seen()
    for code in ("one", "two"):
        found, made = Order.objects.update_or_create(code=code, defaults={"priority": 9, "label": "made"})
        yield found.pk, made, found.priority
        found, made = Order.objects.get_or_create(code=code + "+", priority=9, defaults={"label": "got"})
        yield found.pk, made, found.label
    customer = Customer.objects.create(name="Cid")
    customer.orders.create(priority=5)
    yield customer.orders.add(Order(code="added", priority=6), bulk=False), _seen()
    one.delete()
    yield customer.orders.filter(priority__gt=4).delete()
    customer.delete()
    yield _seen()


def many() -> Iterator[object]:
    """In bulk."""
    made = Order.objects.bulk_create([Order(code=f"b{n}", priority=n, label=f"b{n}") for n in range(5)])
    yield [one.pk for one in made], _seen()
    Order.objects.bulk_create([Order(code=f"c{n}", priority=n) for n in range(5)], batch_size=2)
    Order.objects.bulk_create(
        [Order(code=code, priority=30 + n, label=code) for n, code in enumerate(("b0", "n0", "b1", "n1"))],
        ignore_conflicts=True,
    )
    yield _seen()
    put = Order.objects.bulk_create(
        [Order(code=code, priority=40 + n, label=code) for n, code in enumerate(("b2", "n2", "b3"))],
        update_conflicts=True, unique_fields=["code"], update_fields=["priority", "label"],
    )  # fmt: skip
    yield [one.pk for one in put], _seen()
    some = list(Order.objects.filter(code__startswith="c").order_by("id"))
    for number, one in enumerate(some):
        one.priority, one.label, one.note = 50 + number, None if number % 2 else "bulk", "bulk"
    yield Order.objects.bulk_update(some, ["priority", "label", "note"], batch_size=3), _seen()
    for one in some:
        one.priority = F("priority") + 1
    yield Order.objects.bulk_update(some, ["priority"]), _seen()


def updates() -> Iterator[object]:
    """By condition."""
    orders = Order.objects
    yield orders.filter(priority__gt=40).update(priority=F("priority") - 40, note="less"), _seen()
    yield (
        orders.update(
            priority=Case(
                When(label=None, then=Value(1)), default=F("priority"), output_field=models.SmallIntegerField()
            )
        ),
        _seen(),
    )
    top = Subquery(Order.objects.values("code").annotate(top=Max("priority")).order_by("-top").values("top")[:1])
    yield orders.filter(code="b1").update(priority=top), _seen()
    yield orders.filter(Q(label="bulk") | Q(priority=3)).update(label=Coalesce("code", Value("none"))), _seen()
    yield orders.filter(customer__name="Ada").update(label="ada", priority=11), _seen()
    yield orders.order_by("-priority").filter(code__startswith="n").update(priority=0), _seen()
    yield orders.filter(priority=0, label=None).delete(), _seen()
    with transaction.atomic():
        orders.filter(code="b2").update(priority=90)
        try:
            with transaction.atomic():
                orders.update(priority=91)
                raise ZeroDivisionError
        except ZeroDivisionError:
            yield _seen()
    yield _seen()


def queries() -> Iterator[object]:
    """Reads."""
    orders: Any = Order.objects
    rank = Window(RowNumber(), partition_by=F("customer"), order_by=[F("priority"), F("id")])
    inner = Order.objects.filter(customer=OuterRef("pk"), priority__gt=1)
    for found in (
        orders.values("priority").annotate(n=Count("id")).filter(n__gt=1).order_by("priority"),
        orders.annotate(rank=rank).order_by("id").values_list("id", "rank"),
        Customer.objects.filter(Exists(inner)).order_by("id").values_list("name"),
        Customer.objects.annotate(s=Sum("orders__priority")).order_by("id").values_list("name", "s"),
        orders.filter(priority__in=[1, 2, 3]).exclude(label="b1").order_by("-priority", "id").values_list("id"),
        orders.values_list("label").distinct().order_by("label"),
        orders.filter(priority=1).values_list("id").union(orders.filter(label="ada").values_list("id")).order_by("id"),
        orders.select_related("customer").order_by("id").values_list("customer__name", "priority"),
        orders.only("id", "label").order_by("id").values_list("id", "label"),
    ):
        yield list(found)
    yield [one.priority for one in orders.defer("label").order_by("id")]
    yield [one.label for one in orders.order_by("id").iterator(chunk_size=2)]
    yield [[one.priority for one in c.orders.all()] for c in Customer.objects.prefetch_related("orders").order_by("id")]
    yield orders.aggregate(Max("priority"), Count("label")), orders.filter(priority=1).exists(), orders.count()
    yield orders.earliest("priority", "id").pk, orders.latest("priority", "id").pk
    with transaction.atomic():
        yield [one.priority for one in orders.select_for_update(skip_locked=True).filter(priority__gt=0).order_by("id")]
        yield [one.label for one in orders.select_for_update(of=("self",)).select_related("customer").order_by("id")]


ALL = (objects, many, updates, queries)
