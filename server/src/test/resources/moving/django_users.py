"""Makes the users of a Django application in an empty PostgreSQL, as Django itself does.

Arguments: the port of PostgreSQL, the id of the first user, a password, and the names of hashers.
"""
import sys

import django
from django.conf import settings

port, first, password, *hashers = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "localhost", "PORT": port, "NAME": "postgres",
                           "USER": "postgres", "PASSWORD": "postgres"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers." + name for name in (
        "PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "Argon2PasswordHasher", "BCryptSHA256PasswordHasher")],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402 - Django must be set up before
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
for number, hasher in enumerate(hashers):
    name = "django-" + hasher.replace("_", "-")
    User.objects.create(
        id=int(first) + number, username=name, email=name + "@example.com", first_name="Jane", last_name="O'Hara, Jr",
        password=make_password(password, hasher=hasher), is_superuser=number == 0)
# This user logs in by another way, and has neither a password nor an address nor a name.
User.objects.create_user("django-nobody", id=int(first) + len(hashers), is_active=False)
