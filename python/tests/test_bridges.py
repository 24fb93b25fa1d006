"""Searches in the frameworks themselves, against a real platform: each trial is a run that its policy stops."""

import pickle
import uuid

import pytest

from conftest import eventually
from connectome import _bridge

POLICY = {"policyId": "patience", "monitor": "val_loss", "patience": {"patience": 3}}


def unique(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def loss(epoch, best):
    """Falls until its best epoch, and rises from there."""
    return 1.0 / epoch if epoch <= best else 1.0 / best + 0.01 * (epoch - best)


def ended(platform, name):
    return eventually(
        lambda: platform.get(f"runs/{name}"),
        lambda run: run["state"] in ("RUN_STATE_STOPPED", "RUN_STATE_COMPLETED"),
    )


class TestOptuna:
    @pytest.fixture(autouse=True)
    def optuna(self):
        self.optuna = pytest.importorskip("optuna")

    def study(self, platform, objective, **how):
        from connectome.optuna import ConnectomePruner

        pruner = ConnectomePruner("val_loss", policy=POLICY, url=platform.url, wait=60)
        study = self.optuna.create_study(study_name=unique("Search"), pruner=pruner)
        study.optimize(objective, callbacks=[pruner], **how)
        return study

    def test_a_trial_is_stopped_by_its_policy_and_its_value_counts(self, platform):
        trained = []

        def objective(trial):
            best = trial.suggest_int("best", 4, 4)
            for step in range(20):
                trial.report(loss(step + 1, best), step)
                if trial.should_prune():
                    break
            trained.append(step + 1)
            return loss(step + 1, best)

        study = self.study(platform, objective, n_trials=2)

        assert trained == [7, 7]
        assert study.best_value == loss(7, 4)
        for number in (0, 1):
            run = ended(platform, _bridge.name(study.study_name, number))
            assert (run["state"], run["decision"]["stopEpoch"]) == ("RUN_STATE_STOPPED", 7)
            assert run["labels"] == {"best": "4"}
            series = [one["metrics"]["val_loss"] for one in platform.signatures(run["name"][5:], 7)]
            assert series == [loss(epoch, 4) for epoch in range(1, 8)]

    def test_a_trial_that_ends_by_itself_completes_and_one_that_raises_fails(self, platform):
        def objective(trial):
            trial.report(1.0, 0)
            assert not trial.should_prune()
            if trial.number == 1:
                raise ArithmeticError("no more")
            return 1.0

        study = self.study(platform, objective, n_trials=2, catch=[ArithmeticError])

        assert ended(platform, _bridge.name(study.study_name, 0))["state"] == "RUN_STATE_COMPLETED"
        outcome = platform.get(f"runs/{_bridge.name(study.study_name, 1)}")["outcome"]
        assert outcome["end"] == "TRAINING_END_FAILED"
        assert "the trial failed" in outcome["failureMessage"]

    def test_a_platform_that_is_away_stops_no_trial(self):
        from connectome.optuna import ConnectomePruner

        pruner = ConnectomePruner("val_loss", policy=POLICY, url="http://127.0.0.1:9", wait=60)

        def objective(trial):
            for step in range(10):
                trial.report(1.0, step)
                assert not trial.should_prune()
            return 1.0

        study = self.optuna.create_study(pruner=pruner)
        study.optimize(objective, n_trials=1, callbacks=[pruner])

        assert study.best_value == 1.0


class TestRay:
    @pytest.fixture(autouse=True)
    def ray(self, tmp_path, monkeypatch):
        monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Its processes start slowly where others work too.
        monkeypatch.setenv("RAY_raylet_start_wait_time_s", "300")
        self.ray = pytest.importorskip("ray")
        self.tune = pytest.importorskip("ray.tune")
        self.ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield
        self.ray.shutdown()

    def test_trials_are_stopped_by_their_policies(self, platform, tmp_path):
        from connectome.ray import ConnectomeStopper

        class Training(self.tune.Trainable):
            def setup(self, config):
                self.best = config["best"]

            def step(self):
                if self.best == 0:
                    raise ArithmeticError("no more")
                # Its process cannot import this module.
                late = max(0, self.iteration + 1 - self.best)
                return {"val_loss": 1.0 / (self.iteration + 1 - late) + 0.01 * late, "note": "text"}

            def save_checkpoint(self, directory):
                """Ray asks for one as it stops a trial."""

        stopper = ConnectomeStopper(policy=POLICY, url=platform.url)
        tuner = self.tune.Tuner(
            Training,
            param_space={"best": self.tune.grid_search([2, 0])},
            run_config=self.tune.RunConfig(
                name=unique("tune"), storage_path=str(tmp_path), stop=stopper, callbacks=[stopper], verbose=0
            ),
        )
        results = tuner.fit()

        stopped, failed = results[0], results[1]
        assert failed.error is not None
        assert failed.metrics is None or "val_loss" not in failed.metrics
        assert stopped.metrics["training_iteration"] >= 5
        run = ended(platform, _bridge.name("", stopped.metrics["trial_id"]))
        assert (run["state"], run["decision"]["stopEpoch"]) == ("RUN_STATE_STOPPED", 5)
        assert run["labels"] == {"best": "2"}
        records = platform.signatures(run["name"][5:], 5)
        assert [record["metrics"]["val_loss"] for record in records][:5] == [loss(e, 2) for e in range(1, 6)]
        assert set(records[0]["metrics"]) == {"val_loss"}


@pytest.mark.parametrize(
    "search, trial, name",
    [
        ("My Study", "3", "my-study-3"),
        ("", "0a_b", "t-0a-b"),
        ("ünï", "1", "n-1"),
        ("s" * 80, "12", "s" * 54),
    ],
)
def test_names_of_trials_are_names_of_runs(search, trial, name):
    made = _bridge.name(search, trial)

    assert made.startswith(name)
    assert len(made) <= 63
    assert made == _bridge.name(search, trial) != _bridge.name(search, trial + "1")


def test_parameters_that_cannot_be_labels_are_left_out():
    given = {"lr": 0.1, "layers": [1, 2], "a b": 1, "name": "x" * 64, **{f"p{i}": i for i in range(80)}}

    labels = _bridge.labels(given)

    assert labels["lr"] == "0.1"
    assert len(labels) == 64
    assert not {"layers", "a b", "name"} & set(labels)


def test_a_search_that_is_restored_joins_its_runs_anew():
    trials = _bridge.Trials(0.0, {"mode": "disabled"})
    assert not trials.report("search", "1", {}, 1, {"val_loss": 1.0})

    restored = pickle.loads(pickle.dumps(trials))

    assert not restored.report("search", "1", {}, 2, {"val_loss": 1.0})
    restored.end("1")
    trials.end("1")
