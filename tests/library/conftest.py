"""A folder of results for all that reads one."""

import pytest
import toy_results


@pytest.fixture(scope="session")
def results_once(tmp_path_factory):
    return toy_results.write(tmp_path_factory.mktemp("toy") / "results")


@pytest.fixture
def results(results_once):
    """A folder of results whose curves are one function of thermal time; not to be changed."""
    return results_once
