"""The Flask extensions that only web pages need; ``app.py`` initialises them."""

from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect

login_manager = LoginManager()
# Its own session protection trusts X-Forwarded-For from anybody.
login_manager.session_protection = None
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
compress = Compress()
