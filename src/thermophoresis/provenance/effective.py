"""The part of a module's code that can reach a product, of which fingerprints are taken."""

import ast
from typing import Any, cast

# Exceptions whose words reach no product.
FOR_USERS = frozenset({"DamagedFile", "UserError"})


def effective(tree: ast.Module, *, of_settings: bool = False) -> ast.Module:
    """Return the syntax tree of a module, which is changed, without what reaches no product.

    Parameters
    ----------
    tree
        All of the module.
    of_settings
        Whether the module declares settings, whose fields and validators are left out.
    """
    return cast(ast.Module, _Effective(of_settings=of_settings).visit(tree))


class _Effective(ast.NodeTransformer):
    """Removes what reaches no product.

    Statements without effect: docstrings, other bare strings, ``pass``, what is imported for type
    checkers alone. The words of errors for the user: a job that fails makes nothing. Annotations of
    functions and variables; those of a class's own names are kept, which make the fields of named
    tuples and data classes. Of models of settings, in `config`, the fields and validators: they act
    through settings, which are compared themselves, so that a new setting changes nothing that
    exists.
    """

    def __init__(self, *, of_settings: bool):
        self._of_settings = of_settings

    def visit(self, node: ast.AST) -> Any:
        # There are no statements in expressions, which are most of a tree.
        return node if isinstance(node, ast.expr) else super().visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_string = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_string else node

    def visit_Pass(self, node: ast.Pass) -> ast.AST | None:
        return None

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        for_checkers = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return node.orelse if for_checkers else node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        error = node.exc
        if isinstance(error, ast.Call) and ast.unparse(error.func) in FOR_USERS:
            error.args, error.keywords = [], []
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return None
        assigned = ast.Assign(targets=[node.target], value=node.value)
        return ast.copy_location(assigned, node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        decorators = (ast.unparse(decorator) for decorator in node.decorator_list)
        if self._of_settings and any("_validator(" in decorator for decorator in decorators):
            return None
        node.returns = None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        node.body = [part for part in node.body if part not in fields]
        self.generic_visit(node)
        kept = [part for part in fields if not self._of_settings or "ClassVar" in ast.unparse(part)]
        node.body = [*kept, *node.body]
        return node
