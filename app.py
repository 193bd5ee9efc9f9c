"""The server: `streamlit run app.py`. It warms up before the first visitor and forgets those who have left; the first page is home.py."""

from __future__ import annotations

import streamlit as st

from pages.parts.common import audit
from pages.parts.common.sessions import serve

audit.begin()  # here, and not in `serve`: an error there is printed with a page of Streamlit's own code
app = st.App("home.py", lifespan=serve)
