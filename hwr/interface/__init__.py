"""The page: its tabs, one a file, and their words in English and Persian. The only user of gradio."""
