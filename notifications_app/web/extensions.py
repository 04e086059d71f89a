"""The Flask extensions that only web pages need; ``app.py`` initialises them."""

from flask_compress import Compress
from flask_limiter import Limiter
from flask_login import LoginManager

from .client_address import client_network
from .csrf import PageCSRF

login_manager = LoginManager()
# Its own session protection trusts X-Forwarded-For from anybody.
login_manager.session_protection = None
csrf = PageCSRF()
limiter = Limiter(key_func=client_network)
compress = Compress()
