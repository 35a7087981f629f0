from sqlalchemy import Column, ForeignKey, Numeric, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Noted:
    note = Column(Text)


class Order(Noted, Base):
    __tablename__ = "orders"
    __table_args__ = {"schema": "public"}

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    amount: Mapped[float] = mapped_column("total", Numeric(10, 2))
    status: Mapped[str]
    customer = relationship("Customer")


class SalesOrder(Base):
    __tablename__ = "orders"
    __table_args__ = ({"schema": "sales"},)

    id: Mapped[int]
    total: Mapped[int]


customers = Table("customers", Base.metadata, Column("id"), Column("email"))
