"""What several pages share: the frame, the language, the patients, the upload check, the live chart."""
