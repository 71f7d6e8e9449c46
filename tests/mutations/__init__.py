"""Mutations: each breaks one promise and sees that item of the checklist turn red."""
