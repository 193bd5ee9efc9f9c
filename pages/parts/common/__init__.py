"""What several pages share: frame, menu, language, patients, upload check, live run, charts. It imports no page's own parts."""
