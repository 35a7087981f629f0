from dataclasses import dataclass

from marshmallow_sqlalchemy import SQLAlchemyAutoSchema
from pydantic import BaseModel, ConfigDict

from app.models import Order


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    total: float
    status: str


class OrderSchema(SQLAlchemyAutoSchema):
    class Meta:
        model = Order
        exclude = ("note",)


@dataclass
class OrderRecord:
    id: int
    customer_id: int
    total: float


@dataclass
class Point:
    id: int
    status: str
    note: str
