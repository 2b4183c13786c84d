// HPO
