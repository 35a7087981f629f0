"""What migrations need."""

import json
import os

SECRET_KEY = "made up"
INSTALLED_APPS = ["store"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **json.loads(os.environ["SHOP_DATABASE"])}}
