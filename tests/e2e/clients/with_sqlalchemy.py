"""What code with SQLAlchemy does to the orders of test_orms, and what it gets. Knows nothing of Lintel."""

from collections.abc import Iterator
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import (
    ForeignKey,
    Numeric,
    SmallInteger,
    String,
    case,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import URL
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)
from sqlalchemy.pool import NullPool


class Base(DeclarativeBase):
    """Of both tables."""


class Customer(Base):
    """Who orders."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", order_by="Order.id")


class Order(Base):
    """With the columns to come."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    code: Mapped[str | None] = mapped_column(String(20))
    total: Mapped[Any] = mapped_column(Numeric(10, 2), server_default="0")
    note: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    label: Mapped[str | None] = mapped_column(String(9))
    customer: Mapped[Customer | None] = relationship(back_populates="orders")

    @property
    def seen(self) -> tuple[Any, ...]:
        """All of it."""
        return self.id, self.customer_id, self.code, self.total, self.note, self.priority, self.label


def answers(dsn: str) -> list[object]:
    """Each step's, in order."""
    given = conninfo_to_dict(dsn)
    url = URL.create(
        "postgresql+psycopg", given["user"], given.get("password"), given["host"], int(given["port"]), given["dbname"],
        {"application_name": given["application_name"]},
    )  # fmt: skip
    engine = create_engine(url, poolclass=NullPool)
    found: list[object] = []
    for steps in (_objects, _rows, _updates, _queries, _upserts):
        with Session(engine) as session:
            found += [(steps.__name__, answer) for answer in steps(session)]
            session.commit()
    engine.dispose()
    return found


def _seen(found: Any) -> list[object]:
    return sorted(one.seen for one in found)


def _objects(session: Session) -> Iterator[object]:
    """The unit of work."""
    one = Order(code="one", priority=3, label="red")
    session.add(one)
    session.flush()
    yield one.seen
    session.add_all(
        [Order(code=f"m{n}", priority=n, label=None if n % 2 else f"l{n}", customer_id=1) for n in range(5)]
    )
    session.add_all([Order(code=f"d{n}") for n in range(3)])
    session.commit()
    yield _seen(session.scalars(select(Order)))
    for order in session.scalars(select(Order).where(Order.priority > 1)):
        order.priority += 10
        order.note = "up"
    session.flush()
    yield _seen(session.scalars(select(Order)))
    for order in session.scalars(select(Order).where(Order.code.like("d%")).order_by(Order.id)):
        order.label = order.code
    session.commit()
    one.priority = Order.priority + 1  # type: ignore[assignment]
    session.commit()
    yield one.seen
    session.delete(one)
    merged = session.merge(Order(id=1, priority=8, code="merged", total=7))
    session.merge(Order(id=50, priority=9, code="new"))
    session.flush()
    session.refresh(merged)
    yield merged.seen
    with session.begin_nested() as nested:
        merged.priority = 77
        session.flush()
        nested.rollback()
    yield merged.seen
    customer = Customer(name="Cid", orders=[Order(code="x", priority=1), Order(code="y", label="y")])
    session.add(customer)
    session.commit()
    yield _seen(customer.orders)
    customer.orders[0].id, customer.orders[0].priority = 99, 6  # the key as well
    session.commit()
    yield _seen(customer.orders)


def _rows(session: Session) -> Iterator[object]:
    """INSERT by lists of dictionaries, and from queries."""
    rows = [{"code": f"r{n}", "priority": n, "label": f"r{n}", "total": n} for n in range(4)]
    session.execute(insert(Order), rows)
    yield _seen(session.scalars(select(Order)))
    again = [row | {"code": f"s{n}"} for n, row in enumerate(rows)]
    yield _seen(session.scalars(insert(Order).returning(Order), again))
    again = [row | {"code": f"t{n}"} for n, row in enumerate(rows)]
    ordered = insert(Order).returning(Order.id, Order.priority, sort_by_parameter_order=True)
    yield session.execute(ordered, again).all()
    values = insert(Order).values([{"code": "u1", "priority": 4}, {"code": "u2", "priority": 5}])
    yield session.execute(values.returning(Order.id, Order.code)).all()
    query = select(func.concat("q", Order.code), Order.priority + 1, literal("q")).where(Order.code.like("r%"))
    session.execute(insert(Order).from_select(["code", "priority", "label"], query.order_by(Order.id)))
    yield _seen(session.scalars(select(Order)))
    yield session.execute(
        insert(Order).values(code="calc", priority=4).returning(Order.id, Order.priority + 1, Order.label)
    ).all()
    session.execute(insert(Order).values(code="calc3", priority=func.abs(-4), label=func.lower("L")))
    session.execute(insert(Order).values(code="calc2", priority=select(func.max(Order.priority)).scalar_subquery()))
    yield _seen(session.scalars(select(Order)))


def _updates(session: Session) -> Iterator[object]:
    """UPDATE and DELETE by condition, and by key."""
    for way in ("evaluate", "fetch", False):
        raised = update(Order).where(Order.priority < 5).values(priority=Order.priority + 1, note="raised")
        yield session.execute(raised.execution_options(synchronize_session=way)).rowcount  # type: ignore[attr-defined]
        yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))
    keys = list(session.scalars(select(Order.id).order_by(Order.id).limit(4)))
    session.execute(update(Order), [{"id": key, "priority": 20 + key, "label": f"k{key}"} for key in keys])
    yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))
    cases = case({keys[0]: 1, keys[1]: 2}, value=Order.id, else_=Order.priority)
    yield session.execute(update(Order).values(priority=cases).returning(Order.id, Order.priority)).all()
    named = update(Order).where(Order.customer_id == Customer.id, Customer.name == "Ada").values(label=Customer.name)
    yield sorted(session.execute(named.returning(Order.id, Order.label)).all())
    latest = select(func.max(Order.priority)).scalar_subquery()
    session.execute(update(Order).where(Order.id == keys[2]).values(priority=latest))
    gone = delete(Order).where(Order.priority == 5).returning(Order.id, Order.priority, Order.label)
    yield sorted(session.execute(gone).all())
    yield session.execute(delete(Order).where(Order.label.is_(None), Order.priority > 3)).rowcount  # type: ignore[attr-defined]
    yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))


def _queries(session: Session) -> Iterator[object]:
    """SELECT with the columns everywhere."""
    other = aliased(Order)
    ranked = func.row_number().over(partition_by=Order.customer_id, order_by=(Order.priority, Order.id))
    urgent = select(Order.id, Order.priority).where(Order.priority > 2).cte("urgent")
    for query in (
        select(Order.priority, func.count()).group_by(Order.priority).having(func.count() > 1).order_by(Order.priority),
        select(Order.id, ranked.label("rank")).order_by(Order.id),
        select(Order.id, other.id).join(other, Order.priority == other.priority).where(Order.id < other.id)
        .order_by(Order.id, other.id),
        select(Customer.name).where(exists().where(Order.customer_id == Customer.id, Order.priority > 0))
        .order_by(Customer.name),
        select(urgent.c.priority, urgent.c.id).order_by(urgent.c.priority.desc(), urgent.c.id).limit(3),
        select(Order.priority).union(select(Order.id)).order_by("priority"),
        select(Order.label).distinct().order_by(Order.label.nulls_last()),
        select(func.coalesce(Order.label, "none"), Order.priority * 2).order_by(Order.id),
        select(Order.id, Order.priority).where(Order.priority.in_([1, 2, 3])).order_by(Order.id).with_for_update(),
        select(Customer.id, func.sum(Order.priority)).outerjoin(Customer.orders).group_by(Customer.id)
        .order_by(Customer.id),
    ):  # fmt: skip
        yield session.execute(query).all()
    for how in (joinedload, selectinload, subqueryload):
        session.expire_all()
        loaded = session.scalars(select(Customer).options(how(Customer.orders)).order_by(Customer.id)).unique()
        yield [(customer.name, [order.seen for order in customer.orders]) for customer in loaded]
    yield session.get(Order, 1).seen  # type: ignore[union-attr]
    yield [order.seen for order in session.scalars(select(Order).order_by(Order.id).execution_options(yield_per=2))]


def _upserts(session: Session) -> Iterator[object]:
    """ON CONFLICT, of one row and of several."""
    rows = [{"code": "r1", "priority": 31, "label": "up"}, {"code": "up", "priority": 32, "label": "up"}]
    put = upsert(Order).on_conflict_do_update(
        index_elements=["code"],
        set_={"priority": upsert(Order).excluded.priority, "label": upsert(Order).excluded.label},
    )
    session.execute(put, rows)
    yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))
    yield sorted(session.execute(put.values(rows).returning(Order.code, Order.priority)).all())
    nothing = upsert(Order).on_conflict_do_nothing()
    session.execute(nothing, [*rows, {"code": "no", "priority": 33, "label": "no"}])
    yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))
    some = [*rows, {"code": "no2", "priority": 34, "label": "no"}]
    yield session.execute(nothing.values(some).returning(Order.code, Order.priority)).all()
    only = upsert(Order).values(rows).on_conflict_do_update(
        index_elements=["code"], set_={"priority": 40}, where=Order.label != "up"
    )  # fmt: skip
    yield session.execute(only.returning(Order.id)).all()
    yield _seen(session.scalars(select(Order).execution_options(populate_existing=True)))
