"""Real trainings in the frameworks themselves, against a real platform."""

import importlib.util
import os
import subprocess
import sys
import urllib.error
import uuid
from pathlib import Path

import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import connectome
from conftest import eventually

DIGITS = load_digits()
INPUTS = torch.tensor(DIGITS.data, dtype=torch.float32) / 16
TARGETS = torch.tensor(DIGITS.target)
LEARNED = 0.9


def unique(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def options(platform, name):
    return {"name": name, "url": platform.url, "policy": "default", "wait": 30}


def ended(platform, name):
    return eventually(
        lambda: platform.get(f"runs/{name}"),
        lambda run: run["state"] in ("RUN_STATE_STOPPED", "RUN_STATE_COMPLETED", "RUN_STATE_FAILED"),
    )


def assert_stopped_by_the_default(platform, name, epochs, *metrics):
    run = ended(platform, name)
    assert (run["state"], run["decision"]["policyId"]) == ("RUN_STATE_STOPPED", "default"), run
    records = platform.signatures(name, epochs)
    assert [record["epoch"] for record in records] == list(range(1, epochs + 1))
    assert set(metrics) <= set(records[-1]["metrics"])
    assert records[-1]["signature"]["neuronCount"] == 96


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def let_torch_1_13_be_imported_by_python_3_11(monkeypatch):
    """One of its classes has a default that this Python takes for a mistake, unless it can be hashed."""
    import dataclasses

    make = dataclasses.dataclass

    def with_hash(cls=None, **how):
        if cls is None:
            return lambda found: with_hash(found, **how)
        return make(cls, **{"unsafe_hash": "__hash__" not in vars(cls), **how})

    with monkeypatch.context() as patch:
        patch.setattr(dataclasses, "dataclass", with_hash)
        import torch.distributed._shard.sharded_tensor.metadata  # noqa: F401


class TestLightning:
    @pytest.fixture(autouse=True)
    def lightning(self, monkeypatch):
        if torch.__version__.startswith("1."):
            let_torch_1_13_be_imported_by_python_3_11(monkeypatch)
        self.pl = pytest.importorskip("pytorch_lightning")
        outer = self

        class Classifier(outer.pl.LightningModule):
            def __init__(self, fails_at=None):
                super().__init__()
                self.net = network()
                self.fails_at = fails_at

            def training_step(self, batch, index):
                if self.current_epoch == self.fails_at:
                    raise ArithmeticError("no more")
                return nn.functional.cross_entropy(self.net(batch[0]), batch[1])

            def validation_step(self, batch, index):
                scores = self.net(batch[0])
                self.log("val_loss", nn.functional.cross_entropy(scores, batch[1]))
                self.log("val_acc", (scores.argmax(1) == batch[1]).float().mean())

            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)

        self.classifier = Classifier

    def trainer(self, callback, **others):
        given = {"max_epochs": 60, "logger": False, "enable_checkpointing": False, **others}
        return self.pl.Trainer(
            accelerator="cpu", callbacks=[callback], enable_progress_bar=False, enable_model_summary=False, **given
        )

    def loader(self):
        data = torch.utils.data.TensorDataset(INPUTS, TARGETS)
        return torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)

    def callback(self, platform, name):
        return connectome.lightning.ConnectomeCallback(
            lambda module: connectome.Probe(module.net, INPUTS[:500]), **options(platform, name)
        )

    def test_the_default_policy_stops_the_trainer(self, platform):
        name = unique("lightning")
        trainer = self.trainer(self.callback(platform, name))

        trainer.fit(self.classifier(), self.loader(), self.loader())

        assert trainer.current_epoch < 60
        assert float(trainer.callback_metrics["val_acc"]) > LEARNED
        assert_stopped_by_the_default(platform, name, trainer.current_epoch, "trainLoss", "val_loss", "val_acc")

    def test_a_training_that_goes_on_from_its_checkpoint_goes_on_with_its_run(self, platform, tmp_path):
        name = unique("checkpoint")
        checkpoint = tmp_path / "last.ckpt"
        with connectome.run(name, url=platform.url) as run:
            first = self.trainer(connectome.lightning.ConnectomeCallback(run=run), max_epochs=2)
            first.fit(self.classifier(), self.loader(), self.loader())
            first.save_checkpoint(checkpoint)
            second = self.trainer(connectome.lightning.ConnectomeCallback(run=run), max_epochs=3)
            second.fit(self.classifier(), self.loader(), self.loader(), ckpt_path=checkpoint)

        assert ended(platform, name)["state"] == "RUN_STATE_COMPLETED"
        assert [record["epoch"] for record in platform.signatures(name, 3)] == [1, 2, 3]

    def test_a_checkpoint_of_another_run_is_told(self, platform, tmp_path, caplog):
        first, second = unique("first"), unique("second")
        checkpoint = tmp_path / "last.ckpt"
        with connectome.run(first, url=platform.url) as run:
            trainer = self.trainer(connectome.lightning.ConnectomeCallback(run=run), max_epochs=1)
            trainer.fit(self.classifier(), self.loader())
            trainer.save_checkpoint(checkpoint)

        with connectome.run(second, url=platform.url) as run:
            trainer = self.trainer(connectome.lightning.ConnectomeCallback(run=run), max_epochs=2)
            trainer.fit(self.classifier(), self.loader(), ckpt_path=checkpoint)

        assert f"written by run {first}, and this is run {second}" in caplog.text

    def test_an_exception_fails_the_run(self, platform):
        name = unique("fails")

        with pytest.raises(ArithmeticError):
            self.trainer(self.callback(platform, name)).fit(self.classifier(fails_at=1), self.loader(), self.loader())

        outcome = platform.get(f"runs/{name}")["outcome"]
        assert outcome["end"] == "TRAINING_END_FAILED"
        assert outcome["failureMessage"].startswith("ArithmeticError: no more")

    def test_a_trial_of_one_batch_is_no_run(self, platform):
        name = unique("trial")

        self.trainer(self.callback(platform, name), fast_dev_run=True).fit(
            self.classifier(), self.loader(), self.loader()
        )

        with pytest.raises(urllib.error.HTTPError, match="404"):
            platform.get(f"runs/{name}")


class TestTransformers:
    @pytest.fixture(autouse=True)
    def transformers(self):
        self.hf = pytest.importorskip("transformers")

    def train(self, model, data, callback, tmp_path, **others):
        given = {"num_train_epochs": 60, "evaluation_strategy": "epoch", "logging_strategy": "epoch", **others}
        arguments = self.hf.TrainingArguments(
            str(tmp_path), use_cpu=True, report_to=[], save_strategy="no", disable_tqdm=True, **given
        )
        trainer = self.hf.Trainer(model, arguments, train_dataset=data, eval_dataset=data, callbacks=[callback])
        trainer.train()
        return trainer.state

    def classifier(self):
        class Classifier(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = network()

            def forward(self, inputs, labels=None):
                scores = self.net(inputs)
                return {"loss": nn.functional.cross_entropy(scores, labels), "logits": scores}

        return Classifier()

    def test_the_default_policy_stops_the_trainer(self, platform, tmp_path):
        name = unique("transformers")
        data = [{"inputs": inputs, "labels": label} for inputs, label in zip(INPUTS, TARGETS)]
        callback = connectome.transformers.ConnectomeCallback(
            lambda model: connectome.Probe(model.net, INPUTS[:500]), **options(platform, name)
        )
        state = self.train(
            self.classifier(),
            data,
            callback,
            tmp_path,
            learning_rate=3e-3,
            lr_scheduler_type="constant",
            per_device_train_batch_size=32,
            evaluation_strategy="no",
        )

        assert state.epoch < 60
        assert_stopped_by_the_default(platform, name, round(state.epoch), "trainLoss", "loss")

    def test_an_epoch_is_reported_with_what_its_evaluation_says(self, platform, tmp_path):
        name = unique("evaluated")
        data = [{"inputs": inputs, "labels": label} for inputs, label in zip(INPUTS[:64], TARGETS)]

        self.train(
            self.classifier(),
            data,
            connectome.transformers.ConnectomeCallback(name=name, url=platform.url),
            tmp_path,
            num_train_epochs=3,
        )

        assert ended(platform, name)["state"] == "RUN_STATE_COMPLETED"
        records = platform.signatures(name, 3)
        assert [record["epoch"] for record in records] == [1, 2, 3]
        assert all({"trainLoss", "eval_loss"} <= set(record["metrics"]) for record in records)
        assert len({record["metrics"]["eval_loss"] for record in records}) == 3

    def test_evaluations_between_epochs_are_counted_and_tokens_are_observed(self, platform, tmp_path):
        name = unique("bert")
        config = self.hf.BertConfig(
            vocab_size=17,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=48,
            num_labels=10,
        )
        tokens = {
            "input_ids": torch.tensor(DIGITS.data[:64], dtype=torch.int64),
            "attention_mask": torch.ones(64, 64, dtype=torch.int64),
        }
        data = [{**{key: rows[i] for key, rows in tokens.items()}, "labels": TARGETS[i]} for i in range(64)]
        callback = connectome.transformers.ConnectomeCallback(
            lambda model: connectome.Probe(model, tokens, layers="bert.encoder.layer.0.intermediate"),
            name=name,
            url=platform.url,
        )

        self.train(
            self.hf.BertForSequenceClassification(config),
            data,
            callback,
            tmp_path,
            max_steps=6,
            evaluation_strategy="steps",
            eval_steps=2,
            logging_strategy="steps",
            logging_steps=2,
        )

        assert ended(platform, name)["state"] == "RUN_STATE_COMPLETED"
        records = platform.signatures(name, 3)
        assert [record["epoch"] for record in records] == [1, 2, 3]
        assert all({"eval_loss", "trainLoss"} <= set(record["metrics"]) for record in records)
        assert {record["signature"]["neuronCount"] for record in records} == {48}


KERAS = """
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
import keras
from sklearn.datasets import load_digits
import connectome

keras.utils.set_random_seed(1)
digits = load_digits()
inputs, targets = digits.data / 16, digits.target
model = keras.Sequential([
    keras.layers.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(32), keras.layers.ReLU(),
    keras.layers.Dense(10, "softmax"),
])
model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
callback = connectome.keras.ConnectomeCallback(
    lambda model: connectome.keras.Probe(model, inputs[:500]), name=sys.argv[1], policy="default", wait=30
)
if sys.argv[2] == "fail":
    class Fails(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ArithmeticError("no more")
    model.fit(inputs, targets, verbose=0, epochs=2, callbacks=[callback, Fails()])
history = model.fit(
    inputs, targets, batch_size=32, epochs=60, verbose=0, validation_data=(inputs, targets), callbacks=[callback]
)
print(len(history.epoch))
"""


class TestKeras:
    def program(self, platform, name, how):
        if importlib.util.find_spec("keras") is None:
            pytest.skip("keras is missing")
        source = Path(connectome.__file__).parents[1]
        environment = {**os.environ, "CONNECTOME_URL": platform.url, "PYTHONPATH": str(source)}
        return subprocess.run(
            [sys.executable, "-c", KERAS, name, how], env=environment, capture_output=True, text=True, check=False
        )

    def test_the_default_policy_stops_the_model(self, platform):
        name = unique("keras")

        program = self.program(platform, name, "go")

        assert program.returncode == 0, program.stderr
        epochs = int(program.stdout)
        assert epochs < 60
        assert_stopped_by_the_default(platform, name, epochs, "trainLoss", "loss", "accuracy", "val_loss")

    def test_an_exception_fails_the_run_as_the_program_ends(self, platform):
        name = unique("fails")

        program = self.program(platform, name, "fail")

        assert program.returncode == 1
        outcome = platform.get(f"runs/{name}")["outcome"]
        assert outcome["end"] == "TRAINING_END_FAILED"
        assert outcome["failureMessage"].startswith("ArithmeticError: no more")


def vote(rank, folder):
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=2)
    from connectome.transformers import agree

    answers = [agree(rank == 0, "cpu"), agree(rank == 1, "cpu")]
    (Path(folder) / f"{rank}").write_text(repr(answers))


def test_what_the_first_process_has_heard_all_do(tmp_path):
    pytest.importorskip("transformers")

    torch.multiprocessing.spawn(vote, (str(tmp_path),), nprocs=2)

    assert [(tmp_path / rank).read_text() for rank in "01"] == ["[True, False]"] * 2


@pytest.mark.parametrize(
    "environment, first",
    [
        ({}, True),
        ({"RANK": "0", "LOCAL_RANK": "0"}, True),
        ({"RANK": "8", "LOCAL_RANK": "0"}, False),
        ({"LOCAL_RANK": "1"}, False),
        ({"LOCAL_RANK": "0", "NODE_RANK": "1"}, False),
        ({"SLURM_PROCID": "3"}, False),
        ({"OMPI_COMM_WORLD_RANK": "0"}, True),
    ],
)
def test_only_the_first_process_of_a_training_speaks(monkeypatch, environment, first):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    run = connectome.run("ranks", url="http://127.0.0.1:9")

    assert (run._session is not None) == first
    run.finish()
