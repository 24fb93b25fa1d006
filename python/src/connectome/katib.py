"""Katib learns that a trial was stopped: by a line that the trial prints, and a service that makes a rule of it."""

import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, Optional, Tuple

import grpc

from ._run import Run
from ._trials import Trials

LOG = logging.getLogger("connectome")

METRIC = "connectome-stop"
PORT = 6788


@contextlib.contextmanager
def announced(run: Run) -> Iterator[Run]:
    """Print ``connectome-stop=1`` once the training has obeyed a stop and its run is finished.

    Katib ends the trial's process at this line, so it comes last: after the ``with`` block, in which the checkpoint is
    written and the objective is printed.
    """
    with run:
        yield run
    if run.stop is not None:
        print(f"{METRIC}=1", flush=True)


def serve(port: int = PORT, trials: Optional[Trials] = None) -> Tuple[Any, int]:
    """Start Katib's early stopping service, whose one rule is ``connectome-stop EQUAL 1``; return it and its port.

    :param port: where to listen; 0 chooses one.
    :param trials: where trials are marked as stopped; those of the pod's namespace.
    :raises ValueError: outside a pod, without trials.
    """
    messages, services = grpc.protos_and_services("connectome/katib.proto")
    known = trials or Trials()

    class EarlyStopping(services.EarlyStoppingServicer):  # type: ignore[misc, name-defined]
        def GetEarlyStoppingRules(self, request: Any, context: Any) -> Any:
            rule = messages.EarlyStoppingRule(name=METRIC, value="1", comparison=messages.EQUAL)
            return messages.GetEarlyStoppingRulesReply(early_stopping_rules=[rule])

        def SetTrialStatus(self, request: Any, context: Any) -> Any:
            try:
                known.set_stopped(request.trial_name)
            except ValueError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            except (OSError, KeyError) as error:
                LOG.warning("trial %s could not be marked as stopped: %s", request.trial_name, error)
                context.abort(grpc.StatusCode.UNAVAILABLE, f"the trial could not be marked as stopped: {error}")
            return messages.SetTrialStatusReply()

        def ValidateEarlyStoppingSettings(self, request: Any, context: Any) -> Any:
            return messages.ValidateEarlyStoppingSettingsReply()

    server = grpc.server(ThreadPoolExecutor(4))
    services.add_EarlyStoppingServicer_to_server(EarlyStopping(), server)
    bound = server.add_insecure_port(f"[::]:{port}")
    server.start()
    return server, bound
