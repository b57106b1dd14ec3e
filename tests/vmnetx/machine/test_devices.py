from __future__ import annotations

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import BadPackage
from vmnetx.machine import devices
from vmnetx.machine.options import MachineOptions
from vmnetx.package.hardware import (
    Address,
    Controller,
    Disk,
    Hub,
    Input,
    Interface,
    Memballoon,
    Sound,
    Video,
)

USER = MachineOptions(network="user")


def of(options=None, **changes):
    return devices.of(guests.domain(**changes), options or MachineOptions())


def one(driver, found):
    (device,) = [d for d in found if d["driver"] == driver]
    return device


@pytest.mark.parametrize(
    ("disk", "wanted"),
    [
        (Disk("hda", "ide", "raw"), {"driver": "ide-hd", "bus": "ide.0", "unit": 0}),
        (Disk("hdd", "ide", "raw"), {"driver": "ide-hd", "bus": "ide.1", "unit": 1}),
        (
            Disk("hda", "ide", "raw", address=Address("drive", bus=1)),
            {"driver": "ide-hd", "bus": "ide.1", "unit": 0},
        ),
        (
            Disk("sdb", "scsi", "raw"),
            {"driver": "scsi-hd", "bus": "scsi0.0", "scsi-id": 1},
        ),
        (Disk("sdc", "sata", "raw"), {"driver": "ide-hd", "bus": "sata0.2"}),
        (Disk("sda", "usb", "raw"), {"driver": "usb-storage"}),
        (Disk("fda", "fdc", "raw"), {"driver": "floppy", "unit": 0}),
    ],
)
def test_the_disk_is_on_its_bus_and_boots(disk, wanted):
    disk_device = of(disk=disk)[-1]
    assert wanted.items() <= disk_device.items()
    assert disk_device["drive"] == "disk"
    assert disk_device["bootindex"] == 1


@pytest.mark.parametrize(
    ("bus", "driver"),
    [("scsi", "lsi53c895a"), ("sata", "ich9-ahci"), ("usb", "piix3-usb-uhci")],
)
def test_a_bus_that_the_disk_needs_is_added(bus, driver):
    found = of(disk=Disk("sda", bus, "raw"), controllers=())
    assert one(driver, found)["id"] == f"{bus}0"


def test_a_disk_keeps_its_serial_number():
    assert of(disk=Disk("hda", "ide", "raw", serial="X-1"))[-1]["serial"] == "X-1"


def test_a_fixed_place_is_taken_before_the_free_ones():
    sounds = (Sound("es1370"), Sound("ac97", Address("pci", slot=2)))
    drivers = [device["driver"] for device in of(sounds=sounds)]
    assert drivers.index("AC97") < drivers.index("ES1370")


def test_a_pci_place_is_hexadecimal():
    address = Address("pci", slot=29, function=7, multifunction=True)
    card = one("AC97", of(sounds=(Sound("ac97", address),)))
    assert card["addr"] == "1d.7"
    assert card["multifunction"] is True


@pytest.mark.parametrize(
    ("video", "wanted"),
    [
        (Video("vga", 9000), {"driver": "VGA", "vgamem_mb": 8}),
        (Video("vga"), {"driver": "VGA", "vgamem_mb": 16}),
        (Video("vga", 4_000_000), {"driver": "VGA", "vgamem_mb": 256}),
        (Video("cirrus", 1), {"driver": "cirrus-vga"}),
        (
            Video("qxl", 65536, 2),
            {"driver": "qxl-vga", "vram_size": 64 * 1024**2, "max_outputs": 2},
        ),
        (Video("qxl", 0), {"driver": "qxl-vga"}),
    ],
)
def test_the_video_card(video, wanted):
    (device,) = [d for d in of(videos=(video,)) if d["driver"] == wanted["driver"]]
    assert device == wanted


def test_a_machine_without_a_card_gets_one():
    assert one("cirrus-vga", of(videos=()))


def test_only_qxl_has_a_second_card():
    assert one("qxl", of(videos=(Video("qxl"), Video("qxl"))))
    with pytest.raises(BadPackage, match="second vga"):
        of(videos=(Video("vga"), Video("vga")))


def test_ich6_sound_is_a_controller_and_a_codec():
    found = of(sounds=(Sound("ich6"),))
    assert one("intel-hda", found)["id"] == "sound0"
    assert one("hda-duplex", found)["bus"] == "sound0.0"


def test_the_speaker_is_no_device():
    silent = [device["driver"] for device in of(sounds=())]
    assert [device["driver"] for device in of(sounds=(Sound("pcspk"),))] == silent


def test_usb_devices_come_after_their_bus_and_hub():
    found = of(
        controllers=(),
        inputs=(Input("tablet", "usb", Address("usb", port="1.1")),),
        hubs=(Hub(Address("usb", port="1")),),
    )
    drivers = [device["driver"] for device in found]
    order = [drivers.index(d) for d in ("piix3-usb-uhci", "usb-hub", "usb-tablet")]
    assert order == sorted(order)
    assert one("usb-tablet", found)["port"] == "1.1"


def test_companion_controllers_share_a_bus():
    found = of(
        controllers=(
            Controller("usb", 0, "ich9-uhci1", master_startport="0"),
            Controller("usb", 0, "ich9-ehci1"),
        )
    )
    assert one("ich9-usb-ehci1", found)["id"] == "usb0"
    companion = one("ich9-usb-uhci1", found)
    assert companion["masterbus"] == "usb0.0"
    assert found.index(companion) > found.index(one("ich9-usb-ehci1", found))


def test_a_ps2_mouse_is_on_the_board():
    assert "usb-mouse" not in {d["driver"] for d in of(inputs=(Input("mouse", "ps2"),))}


@pytest.mark.parametrize(("model", "driver"), sorted(devices.NICS.items()))
def test_network_cards_have_no_boot_rom(model, driver):
    card = one(driver, of(USER, interfaces=(Interface("02:00:00:00:00:01", model),)))
    assert card["mac"] == "02:00:00:00:00:01"
    assert model == "ne2k_isa" or card["romfile"] == ""


def test_an_unknown_network_card_is_refused():
    with pytest.raises(BadPackage, match="vhost"):
        of(USER, interfaces=(Interface(model="vhost"),))


def test_no_network_means_no_card():
    assert not [device for device in of() if "netdev" in device]


@pytest.mark.parametrize(("model", "count"), [("virtio", 1), ("none", 0)])
def test_the_balloon(model, count):
    found = of(memballoon=Memballoon(model))
    assert [d["driver"] for d in found].count("virtio-balloon-pci") == count


def test_io_errors_are_the_guests_to_see():
    disk = of()[-1]
    assert (disk["werror"], disk["rerror"]) == ("report", "report")
