"""What processes must agree on: values and rules, no effects. Uses no other room."""
