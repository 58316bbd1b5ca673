"""The switchboard: registers the blueprints and declares every consumer, stream and schedule. Nothing else.

ARNs are placeholders; the merged template puts `!GetAtt` in their place (`infra/template.yaml`).
"""
