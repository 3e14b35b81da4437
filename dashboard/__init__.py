"""The dashboard: `pnzoo dashboard` opens it. Scripts for Streamlit in app.py and app_pages/, pictures in figures.py."""
