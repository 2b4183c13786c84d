// Pruners
