from rest_framework import serializers

from store.models import Parcel


class ParcelSerializer(serializers.ModelSerializer):
    class Meta:
        model = Parcel
        fields = ["id", "order", "weight"]


class ParcelDetail(serializers.ModelSerializer):
    class Meta:
        model = Parcel
        fields = "__all__"
