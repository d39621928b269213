"""What is asked, read and answered: frozen data without behaviour, pictures and pages too."""
