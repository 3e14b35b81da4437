import keras
import numpy as np
import pytest

from train.shared.pace import Pace, epochs_done, shape


class Rates(keras.callbacks.Callback):
    """Notes the learning rate of every step. (Through `self.model`: on JAX it fetches the state of training.)"""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


def fit(folder, epochs=4, **budget):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    pace, rates = Pace(folder, 0.5, epochs=epochs, **budget), Rates()
    x = np.zeros((40, 2))
    model.fit(x, x[:, :1], batch_size=4, epochs=epochs, callbacks=[pace, rates], verbose=0)
    return pace, rates.seen


def test_the_rate_rises_then_falls_to_nothing(tmp_path):
    pace, rates = fit(tmp_path, warmup=0.1)
    assert len(rates) == 40
    assert np.argmax(rates) == 4
    assert rates[4] == pytest.approx(0.5)
    assert (np.diff(rates[4:]) < 0).all()
    assert rates[-1] < 0.01
    assert pace.spent == 1.0


def test_a_budget_of_time_stops_the_run_and_sets_the_rate(tmp_path):
    pace, _ = fit(tmp_path, epochs=100_000, minutes=0.02)
    assert pace.spent == 1.0
    assert pace.seconds >= 0.02 * 60
    assert Pace(tmp_path, 0.5, minutes=0.04).spent_before == pytest.approx(pace.seconds / 2.4, rel=0.2)


def test_the_clock_goes_on(tmp_path):
    fit(tmp_path)
    second, _ = fit(tmp_path)
    assert second.seconds > second.before > 0


def test_the_epoch_is_the_backups(tmp_path):
    assert epochs_done(tmp_path) == 0
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "training_metadata.json").write_text('{"epoch": 7, "batch": 0}')
    assert epochs_done(tmp_path) == 7
    (tmp_path / "backup" / "training_metadata.json.bkp").write_text('{"epoch": 6, "batch": 0}')
    assert epochs_done(tmp_path) == 6  # the newer one may be half written
    assert Pace(tmp_path, 1.0, epochs=8).spent_before == 0.75


def test_the_shape_of_the_rate():
    assert shape(0.0) > 0
    assert shape(0.02) == 1.0
    assert shape(1.0) == pytest.approx(0)


def test_the_rate_reaches_the_optimizer(tmp_path, monkeypatch):
    """On JAX the state of training lives outside the model in the middle of an epoch."""
    x, moved = np.ones((16, 2), "float32"), []
    for factor in (0.0, 1.0):
        (tmp_path / str(factor)).mkdir()
        monkeypatch.setattr("train.shared.pace.shape", lambda *budget, factor=factor: factor)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        before = model.get_weights()[0].copy()
        model.compile("sgd", "mse")
        model.fit(
            x, x[:, :1], batch_size=4, epochs=1, callbacks=[Pace(tmp_path / str(factor), 0.1, epochs=1)], verbose=0
        )
        moved.append(float(np.abs(model.get_weights()[0] - before).max()))
    assert moved[0] == 0.0
    assert moved[1] > 0.0
