//! PromQL with byte spans: lexer, parser, and what the checks need to know of an expression.
