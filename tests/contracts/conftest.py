"""The tiny models of `model_cases`: each is built once, and shared by the tests that do not change it."""

import pytest

from tests.contracts.model_cases import CASES, built, numpy


@pytest.fixture(scope="module", params=CASES)
def case_name(request):
    return request.param


@pytest.fixture(scope="module")
def case(case_name):
    return CASES[case_name]


@pytest.fixture(scope="module")
def model(case_name):
    return built(case_name)


@pytest.fixture(scope="module")
def inputs(case):
    return case.inputs()


@pytest.fixture(scope="module")
def answer(model, inputs):
    return numpy(model(inputs))
