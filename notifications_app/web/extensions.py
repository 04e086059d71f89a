"""The Flask extensions that only web pages need; ``app.py`` initialises them."""

from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager

from .csrf import PageCSRF

login_manager = LoginManager()
# Its own session protection trusts X-Forwarded-For from anybody.
login_manager.session_protection = None
csrf = PageCSRF()
limiter = Limiter(key_func=get_remote_address)
compress = Compress()
