"""What the pages share. A sub-folder, because Streamlit lists every file directly under pages/ as a page of its own."""
