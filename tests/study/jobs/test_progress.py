import pytest

from study.jobs.progress import read_bar, split_lines

TRAIN = (
    "train:  46%|████▌     | 2120/4668 [01:02<01:51, 22.84batch/s, 4/35 test_resnet Sad, epoch 4, loss 0.6]"
)


def test_a_bar_tells_how_far_a_command_is():
    found = read_bar(TRAIN)
    assert (found.name, found.done, found.total, found.left) == ("train", 2120, 4668, "01:51")
    assert found.pace == "22.84batch/s"
    assert found.note == "4/35 test_resnet Sad, epoch 4, loss 0.6"
    assert found.share == pytest.approx(2120 / 4668)


def test_a_bar_without_a_note_and_with_large_numbers_is_read():
    found = read_bar("label: 100%|██████████| 450k/450k [1:02:03<00:00, 120image/s]")
    assert (found.share, found.note) == (1.0, "")


@pytest.mark.parametrize("line", ["error: no such file", "", "50%", "label: 12image [00:01, 9.5image/s]"])
def test_other_lines_are_no_bars(line):
    assert read_bar(line) is None


def test_a_carriage_return_ends_a_line_wherever_the_stream_is_cut():
    assert list(split_lines(iter(["a\rb", "c\n", "\r\nlast"]))) == ["a", "bc", "last"]


def test_the_bars_of_tqdm_itself_are_read(capsys):
    from tqdm import tqdm

    for _ in tqdm(range(3), desc="label", unit="image", mininterval=0):
        pass
    shares = [bar.share for line in split_lines(iter([capsys.readouterr().err])) if (bar := read_bar(line))]
    assert shares[-1] == 1.0
