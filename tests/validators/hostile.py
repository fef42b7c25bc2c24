"""Programs that attack whoever compiles them: name, source and the screen's reason. SECRET is a file's path."""

from __future__ import annotations

SECRET = "@SECRET@"


def _doubling(levels: int) -> str:
    lines = ["#define A0 x+x"]
    lines += [f"#define A{n} A{n - 1} + A{n - 1}" for n in range(1, levels)]
    return "\n".join(lines) + f"\nint x, y;\nvoid f(void) {{ y = A{levels - 1}; }}\n"


def _cases(count: int) -> str:
    return "".join(f"case {n}: return {n};\n" for n in range(count))


HOSTILE: tuple[tuple[str, str, str], ...] = (
    ("include by path", '#include "@SECRET@"\n', "include-path"),
    ("include by climbing", '#include "../../../../../../@SECRET@"\n', "include-path"),
    ("include of the accounts", '#include "/etc/passwd"\n', "include-path"),
    ("include of the terminal", '#include "/dev/tty"\n', "include-path"),
    ("include of standard input", '#include "/dev/stdin"\n', "include-path"),
    ("include of its own name", "#include __FILE__\n", "computed-include"),
    ("include after a form feed", '/* *\\\f\n/\n#include "@SECRET@"\n/* */\n', "include-path"),
    ("include after a raw string", 'const char *a = R"(" /* )";\n#include "@SECRET@"\n/* */\n', "raw-string"),
    ("include in a digraph", '%:include "@SECRET@"\n', "digraph"),
    ("include in a trigraph", '??=include "@SECRET@"\n', "trigraph"),
    ("include across a splice", '#in\\\nclude "@SECRET@"\n', "include-path"),
    ("include across a splice with blanks", '#in\\  \nclude "@SECRET@"\n', "include-path"),
    ("include from a macro", '#define P "@SECRET@"\n#include P\n', "computed-include"),
    ("include between comments", '/* */ # /* */ include "@SECRET@"\n', "include-path"),
    ("include after a comment of two lines", '/*\n*/ #include "@SECRET@"\n', "include-path"),
    ("include_next", '#include_next "@SECRET@"\n', "unknown-directive"),
    ("import", '#import "@SECRET@"\n', "unknown-directive"),
    ("include of a header of ours", "#include <stdio.h>\n#include <pthread.h>\n", "unknown-header"),
    ("include of itself", '#include "program.c"\n', "unknown-header"),
    ("include of a device", '#include "/dev/zero"\n', "include-path"),
    ("line marker", '#line 1 "@SECRET@"\nint x = y;\n', "line-marker"),
    ("bare line marker", '# 1 "@SECRET@"\nint x = y;\n', "line-marker"),
    ("has-include", '#if __has_include("@SECRET@")\n#error EXISTS\n#endif\n', "has-include"),
    ("pragma dependency", '#pragma GCC dependency "@SECRET@"\nint x;\n', "pragma"),
    ("pragma operator", '_Pragma("GCC dependency \\"@SECRET@\\"")\nint x;\n', "pragma-operator"),
    ("embed", 'const char x[] = {\n#embed "@SECRET@"\n};\n', "embed"),
    ("incbin", '__asm__(".incbin \\"@SECRET@\\"");\n', "asm-directive"),
    ("incbin in pieces", '__asm__(".inc" "bin \\"@SECRET@\\"");\n', "asm-directive"),
    ("incbin in an escape", '__asm__("\\x2eincbin \\"@SECRET@\\"");\n', "asm-operand"),
    ("incbin from a macro", '#define A(x) __asm__(x)\nA(".incbin \\"@SECRET@\\"");\n', "asm-operand"),
    ("asm include", '__asm__(".include \\"@SECRET@\\"");\n', "asm-directive"),
    ("include in an asm block", 'void f(void)\n{\n__asm\n .include "@SECRET@"\n__endasm;\n}\n', "asm-directive"),
    ("preprocessor in an asm block", 'void f(void)\n{\n__asm\n#include "@SECRET@"\n__endasm;\n}\n', "asm-directive"),
    ("digraph in an asm block", 'void f(void)\n{\n__asm\n%:include "@SECRET@"\n__endasm;\n}\n', "asm-directive"),
    ("comment in an asm block", 'void f(void)\n{\n__asm\n# /*\n*/ include "@SECRET@"\n__endasm;\n}\n', "asm-directive"),
    ("line marker in an asm block", 'void f(void)\n{\n__asm\n# 1 "@SECRET@"\n x\n__endasm;\n}\n', "asm-directive"),
    ("asm block ended in a string", '__asm\n"x __endasm /* "\n#include "@SECRET@"\n/* */\n', "unterminated-asm"),
    ("asm block ended in a comment", '__asm\n// __endasm /*\n#include "@SECRET@"\n/* */\n', "unterminated-asm"),
    ("asm block ended in a raw string", '__asm R"(\n__endasm /* )"\n#include "@SECRET@"\n/* */\n', "unterminated-asm"),
    ("incbin in a raw string", '__asm__(R"(.incbin "@SECRET@")");\n', "raw-string"),
    ("incbin in a name", 'int x __asm__("y\\n.incbin \\"@SECRET@\\"");\n', "asm-directive"),
    ("incbin in a section", 'int x __attribute__((section("a\\n.incbin \\"@SECRET@\\"#"))) = 1;\n', "attribute"),
    ("filling in asm", '__asm__(".fill 1000000000");\n', "asm-directive"),
    ("space in asm", '__asm__(".space 1<<30, 1");\n', "asm-directive"),
    ("repetition in asm", "void f(void)\n{\n__asm\n .rept 1000000000\n nop\n .endm\n__endasm;\n}\n", "asm-directive"),
    ("constructor", "__attribute__((constructor)) void f(void) {}\n", "attribute"),
    ("builtin", "int f(void) { return __builtin_puts(\"x\"); }\n", "builtin"),
    ("build time", "const char t[] = __TIME__;\n", "build-time"),
    ("doubling macros", _doubling(40), "macro-bomb"),
    ("doubling macros in asm", _doubling(40).replace("y = A39;", "\n__asm\n A39\n__endasm;\n"), "macro-bomb"),
    ("nested calls", "#define B(a) a+a+a+a+a+a+a+a\nint f(int x) { return B(B(B(B(B(B(B(x))))))); }\n", "macro-bomb"),
    ("range of initialisers", "int a[] = {[0 ... 400000000] = 1};\n", "range"),
    ("ranges within ranges", "int a[999][999][99] = {[0 ... 998] = {[0 ... 998] = {[0 ... 98] = 1}}};\n", "range"),
    ("range of cases", "int f(int x) { switch (x) { case 1 ... 3: return 1; } return 0; }\n", "range"),
    ("giant array", "char a[1UL << 40] = {1};\n", "giant-array"),
    ("giant array by macros", "#define K 4096\n#define M (K * K)\nchar a[M * 16] = {1};\n", "giant-array"),
    ("giant array by designator", "char a[] = {[400000000] = 1};\n", "giant-array"),
    ("deep brackets", "int x = " + "(" * 20_000 + "1" + ")" * 20_000 + ";\n", "line-too-long"),
    ("long expression", "int f(int x) { return x\n" + ("+ x" * 600 + "\n") * 30 + "; }\n", "too-deep"),
    ("many operators", "int f(int x) { return\n" + ("! " * 900 + "\n") * 30 + "x; }\n", "too-deep"),
    ("deep braces", "void f(void)\n" + "{\n" * 1000 + "}\n" * 1000, "too-deep"),
    ("deep conditions", "#if 1\n" * 100 + "#endif\n" * 100, "too-deep"),
    ("large source", "/* */\n" * 20_000, "too-large"),
    ("many lines", "\n" * 5000, "too-many-lines"),
    ("many errors", "x;\n" * 20_000 + "/* */", "too-many-lines"),
    ("many cases", "int f(int x) { switch (x) {\n" + _cases(20_000) + "} return 0; }\n", "too-large"),
    ("unterminated string", 'int f(void) { return 0; }\nchar g(char a) { return "abc }\n', "unterminated-string"),
    ("unterminated char", "int x = 'a;\n", "unterminated-char"),
    ("unterminated comment", "int x; /* and so on\n", "unterminated-comment"),
    ("unterminated asm", "void f(void) { __asm nop; }\n", "unterminated-asm"),
    ("zero byte", "int x;\0\n", "control-character"),
    ("reordered text", "int x; /* \u202e } */\n", "hidden-text"),
    ("lone surrogate", "int x; /* \ud800 */\n", "not-unicode"),
)  # fmt: skip
