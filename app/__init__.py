"""The Streamlit application: pages, the trial component and its routes."""
