"""Studies: design, plan, answers and findings. No Streamlit."""
