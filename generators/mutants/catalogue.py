"""Every mutation operator, in the order of the documentation."""

from __future__ import annotations

from generators.mutants import expressions, statements, syntax

OPERATORS = (
    expressions.relational_boundary,
    expressions.relational_flip,
    expressions.arithmetic_swap,
    expressions.bitwise_swap,
    expressions.compound_swap,
    expressions.constant_off_by_one,
    expressions.constant_bit,
    expressions.wrong_bit,
    expressions.swap_high_low,
    statements.drop_statement,
    statements.drop_flag_clear,
    statements.negate_condition,
    statements.drop_break,
    statements.narrow_type,
    syntax.missing_semicolon,
    syntax.missing_brace,
    syntax.undeclared_name,
    syntax.wrong_type_name,
    syntax.missing_include,
    syntax.keil_spelling,
)
