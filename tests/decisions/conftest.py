import pytest

from tests.decisions.story import Story


@pytest.fixture
def story(cast):
    """Rosa's question with four ways, each with a good and a hard side."""
    return Story(cast).opened().with_ways()


@pytest.fixture
def fresh(cast):
    """Rosa's question, just opened; she has been heard."""
    return Story(cast).opened()
