"""Fail on the code as it is: one for each bug of the report."""
import io, json, os, shutil, subprocess, sys
import numpy as np, pytest, torch
from mixed import streams_from
from tiny import ARCHITECTURE, DATA, Trained, spec_of, train, write_data
from arithmetic_reader import read
from fluxem import algebra
from fluxem.errors import InputError
from fluxem.integration.segmenter import spans
from fluxem.models.backbone import dropout
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import load_model
from fluxem.models.packing import pack
from fluxem.tasks.arithmetic import Chain, generate
from fluxem.training.reachability import Supervision


def test_a_divisions_have_the_spans_that_the_segmenter_finds():
    for row in (r for split in generate(DATA | {"operations": ["+", "-", "*", "/"], "train_size": 600}, 0).values() for r in split):
        found = [(s.start, s.end, s.value) for s in spans(row["text"])]
        assert [(s["start"], s["end"], s["value"]) for s in row["spans"]] == found, row["text"]


@pytest.mark.parametrize("texts", [["1 + 2"], ["1 + 2", "3 + 4 + 5"], ["7"], ["no number"], ["1+2+3+4+5"]])
def test_b_any_mixture_of_lengths_can_be_supervised(texts):
    Supervision(streams_from(*texts), algebra.encode_batch([3] * len(texts), "number"))


@pytest.mark.parametrize("ops", [[1, 1], [1, 2], [2, 3], [4, 5]])
def test_b_the_hybrid_trains_on_any_number_of_operations(tmp_path, ops):
    train("hybrid", write_data(tmp_path, id_ops=ops, ood_ops=[6, 6]), tmp_path / "run", epochs=1)


def test_c_a_question_without_values_does_not_see_another_row():
    torch.manual_seed(0)
    model = Hybrid(ARCHITECTURE["hybrid"]).eval()
    alone = model(pack(streams_from("hello"), np.array([0])))[0, 1].item()
    for mate in ("1 + 2", "3"):
        together = model(pack(streams_from(mate, "hello"), np.array([0, 1])))[1, 1].item()
        assert together == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("architecture", [{}, [], None, {**ARCHITECTURE["hybrid"], "hidden_dim": "32"}])
def test_d_a_record_with_another_architecture_is_refused(trained: Trained, tmp_path, architecture):
    folder = shutil.copytree(trained.runs / "hybrid", tmp_path / "run")
    (folder / "run.json").write_text(json.dumps({"spec": spec_of("hybrid") | {"architecture": architecture}}))
    with pytest.raises(InputError, match="run.json"):
        load_model(folder)


def test_e_explain_prints_on_a_terminal_without_unicode(trained: Trained):
    r = subprocess.run([sys.executable, "-m", "fluxem", "explain", "--model", trained.runs / "hybrid", "1 + 2"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True)
    assert r.returncode == 0, r.stderr[-200:]


def test_f_every_allowed_dropout_works():
    dropout(torch.ones(10), 0.999)


def test_g_training_that_diverges_writes_no_run(tmp_path):
    data = write_data(tmp_path)
    with pytest.raises(InputError):
        train("token_only", data, tmp_path / "run", learning_rate=1e30)


def test_h_sums_of_three_in_another_order_are_the_same_question():
    assert Chain((1, 2, 3), ("+", "+")).key() == Chain((3, 1, 2), ("+", "+")).key()
