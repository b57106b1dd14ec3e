from __future__ import annotations

from pathlib import Path

import pytest

from vmnetx.errors import BadPackage
from vmnetx.package import domain, whitelist

XML = """
<domain type="kvm">
  <name>n</name>
  <uuid>6d4a3c39-9b6e-4f7e-8b5e-0d9f4a2f1c11</uuid>
  <memory unit="MiB">64</memory>
  <vcpu>1</vcpu>
  <os><type arch="i686" machine="pc">hvm</type><boot dev="hd"/></os>
  <devices>
    <emulator>/usr/bin/kvm</emulator>
    <disk type="file" device="disk">
      <driver name="qemu" type="raw"/>
      <source file="/disk.img"/>
      <target dev="hda" bus="ide"/>
    </disk>
  </devices>
</domain>
"""
DEVICES = "</devices>"
DISK = "</disk>"
DOMAIN = "</domain>"


def read(old, new):
    assert old in XML
    return domain.parse(XML.replace(old, new, 1).encode())


def added(before, xml):
    return before, f"{xml}{before}"


DEVICES_ACCEPTED = [
    *(
        f'<controller type="{kind}" index="0"/>'
        for kind in ["fdc", "ide", "scsi", "usb"]
    ),
    '<controller type="usb" index="0" model="ich9-uhci1" ports="2" vectors="4">'
    '<master startport="0"/><address type="pci" slot="0x1d"/></controller>',
    '<interface type="user"><model type="e1000"/>'
    '<mac address="52:54:00:ab:CD:ef"/></interface>',
    *(f'<input type="{kind}"/>' for kind in ("tablet", "mouse")),
    '<input type="mouse" bus="ps2"/>',
    '<graphics type="vnc" autoport="yes"/>',
    '<graphics type="spice"/>',
    *(f'<sound model="{model}"/>' for model in ["es1370", "pcspk", "ac97", "ich6"]),
    "<video/>",
    '<video><model type="qxl" vram="65536" heads="1">'
    '<acceleration accel3d="no" accel2d="yes"/></model></video>',
    '<serial type="null"><target port="0"/></serial>',
    '<parallel type="null"/>',
    '<hub type="usb"><address type="usb" bus="0" port="1.2.3.4"/></hub>',
    '<memballoon model="none"/>',
    '<input type="mouse"><address type="pci" domain="0x0000" bus="0x00" slot="0x1f" '
    'function="0x7" multifunction="on" controller="0" target="1" unit="99"/></input>',
]
DOMAIN_ACCEPTED = [
    "<description>any\ntext &lt;</description>",
    '<currentMemory unit="KiB">1</currentMemory>',
    '<clock offset="variable" adjustment="-3600" timezone="Europe/Berlin"/>',
    '<clock offset="localtime"><timer name="rtc" track="guest"/></clock>',
    "<features><pae/><apic/><acpi/><hap/></features>",
    '<cpu match="exact" mode="custom"><model fallback="allow">kvm64</model></cpu>',
    '<cpu><feature policy="disable" name="sse4.1"/></cpu>'.replace(".", "_"),
    '<cpu><topology sockets="1" cores="2" threads="1"/><vendor>Intel</vendor></cpu>',
    '<cpu><numa><cell cpus="0-1,^1,3" memory="4000"/></numa></cpu>',
    "<on_reboot>destroy</on_reboot><on_poweroff>restart</on_poweroff>",
    "<on_crash>restart</on_crash>",
    '<metadata><v:vmnetx xmlns:v="http://olivearchive.org/xmlns/vmnetx/'
    'domain-metadata"/></metadata>',
]
DISK_ACCEPTED = [
    '<boot order="1"/>',
    "<readonly/>",
    "<serial>A-1_2.3+</serial>",
    '<address type="drive" controller="0" bus="0" unit="0"/>',
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(added(DEVICES, xml) for xml in DEVICES_ACCEPTED),
        *(added(DOMAIN, xml) for xml in DOMAIN_ACCEPTED),
        *(added(DISK, xml) for xml in DISK_ACCEPTED),
        *(('dev="hda"', f'dev="{name}"') for name in ("fda", "ioemu:hda", "xvda1")),
        *(('bus="ide"', f'bus="{bus}"') for bus in ("fdc", "scsi", "usb", "sata")),
        ("<vcpu>1", '<vcpu placement="static">65535'),
        (' type="file"', ""),
        ("<name>n", "<name>a.B+c&amp;d:e/f_1-2"),
    ],
)
def test_what_the_format_has_is_accepted(old, new):
    """Specification 4.3."""
    assert read(old, new).disk.format == "raw"


DEVICES_REFUSED = [
    '<disk><driver type="raw"/><source file="/etc/passwd"/><target dev="hdb"/></disk>',
    '<disk device="cdrom"><target dev="hdc"/></disk>',
    '<disk device="floppy"><target dev="fda"/></disk>',
    '<controller type="pci" index="0" model="pci-root"/>',
    '<controller type="virtio-serial" index="0"/>',
    '<controller type="usb"/>',
    '<controller type="usb" index="0" model="nec-xhci"/>',
    '<controller type="usb" index="0"><address type="pci"/><master startport="0"/>'
    "</controller>",
    '<interface type="network"><source network="default"/></interface>',
    '<interface type="bridge"/>',
    '<interface type="user"><source/></interface>',
    '<interface type="user"><model type="e1000,netdev=x"/></interface>',
    '<interface type="user"><mac address="01:00:00:00:00:00"/></interface>',
    '<input type="keyboard"/>',
    '<input type="mouse" bus="xen"/>',
    '<graphics type="vnc" port="5900"/>',
    '<graphics type="vnc" listen="0.0.0.0"/>',
    '<graphics type="vnc" passwd="x"/>',
    '<graphics type="vnc" autoport="no"/>',
    '<graphics type="vnc"><listen type="address"/></graphics>',
    '<graphics type="sdl"/>',
    '<graphics type="vnc"/><graphics type="spice"/>',
    '<sound model="sb16"/>',
    '<video><model type="vmvga"/></video>',
    '<video><model type="qxl" ram="65536"/></video>',
    '<video><address type="pci"/><model type="vga"/></video>',
    '<serial type="pty"/>',
    '<serial type="file"><source path="/tmp/x"/></serial>',
    '<parallel type="dev"/>',
    '<console type="pty"/>',
    '<channel type="unix"/>',
    '<redirdev bus="usb" type="tcp"/>',
    '<hostdev mode="subsystem" type="usb"/>',
    '<filesystem type="mount"/>',
    '<smartcard mode="host"/>',
    '<watchdog model="i6300esb"/>',
    '<rng model="virtio"/>',
    '<tpm model="tpm-tis"/>',
    '<audio id="1" type="none"/>',
    '<memballoon model="xen"/>',
    '<memballoon model="none"/><memballoon model="none"/>',
    '<sound model="ac97"><alias name="sound0"/></sound>',
    '<sound model="ac97"><address type="isa"/></sound>',
    '<sound model="ac97"><address type="pci" slot="0x2f"/></sound>',
    '<sound model="ac97"><address type="pci" function="8"/></sound>',
    '<sound model="ac97"><address type="usb" port="1.2.3.4.5"/></sound>',
    '<hub type="pci"/>',
    '<sound model="ac97"/>' * 65,
]
DOMAIN_REFUSED = [
    "<title>x</title>",
    "<pm/>",
    '<seclabel type="none"/>',
    "<devices/>",
    '<q:commandline xmlns:q="http://libvirt.org/schemas/domain/qemu/1.0">'
    '<q:arg value="-S"/></q:commandline>',
    '<clock offset="utc"><timer name="hpet" present="no"/></clock>',
    '<clock offset="utc"><timer name="rtc" track="wall"/></clock>',
    '<clock offset="absolute"/>',
    "<features><hyperv/></features>",
    "<features><pae/><pae/></features>",
    '<features><acpi state="on"/></features>',
    '<cpu mode="host-passthrough"/>',
    '<cpu mode="host-model"/>',
    '<cpu check="none"/>',
    '<cpu><model fallback="forbid">kvm64</model></cpu>',
    "<cpu><model>kvm64,+vmx</model></cpu>",
    '<cpu><topology sockets="0" cores="1" threads="1"/></cpu>',
    '<cpu><feature policy="require" name="vmx,hv"/></cpu>',
    "<cpu><numa/></cpu>",
    '<cpu><numa><cell cpus="0" memory="3999"/></numa></cpu>',
    "<on_crash>preserve</on_crash>",
    "<on_reboot>rename-restart</on_reboot>",
    "<metadata/>",
    "<metadata><vmnetx/></metadata>",
    "<numatune/>",
    "<memoryBacking><hugepages/></memoryBacking>",
    "text",
]
DISK_REFUSED = [
    '<source file="/etc/passwd"/>',
    "<backingStore/>",
    "<shareable/>",
    "<transient/>",
    "<iotune/>",
    '<encryption format="qcow"/>',
    '<boot order="0"/>',
    "<serial>a,b</serial>",
    "<serial>a b</serial>",
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(added(DEVICES, xml) for xml in DEVICES_REFUSED),
        *(added(DOMAIN, xml) for xml in DOMAIN_REFUSED),
        *(added(DISK, xml) for xml in DISK_REFUSED),
        (' device="disk"', ""),
        (' device="disk"', ' device="lun"'),
        ('type="file"', 'type="block"'),
        ('type="file"', 'type="network"'),
        ('type="raw"', 'type="vmdk"'),
        ('type="raw"', 'type="qed"'),
        ('type="raw"', 'type="raw" cache="none"'),
        ('type="raw"', 'type="raw" io="native"'),
        ('name="qemu"', 'name="file"'),
        ('bus="ide"', 'bus="virtio"'),
        ('dev="hda"', 'dev="hda,readonly"'),
        ('file="/disk.img"', 'file="disk.img"'),
        ('file="/disk.img"', 'file="/disk img"'),
        ('file="/disk.img"', 'dev="/dev/sda"'),
        ('type="kvm"', 'type="qemu"'),
        ('type="kvm"', 'type="kvm" id="1"'),
        ('machine="pc"', 'machine="pc-i440fx-1.4"'),
        ('arch="i686"', 'arch="armv7l"'),
        (">hvm<", ">xen<"),
        ('dev="hd"', 'dev="network"'),
        ('<boot dev="hd"/>', '<boot dev="hd"/><boot dev="hd"/>'),
        ('<boot dev="hd"/>', '<boot dev="hd"/><kernel>/vmlinuz</kernel>'),
        ("<vcpu>1", "<vcpu>0"),
        ("<vcpu>1", "<vcpu>65536"),
        ("<vcpu>1", '<vcpu cpuset="0">1'),
        ("<name>n", "<name>"),
        ("<name>n", "<name>a,b"),
        ("<uuid>6", "<uuid>x"),
        ("/usr/bin/kvm", "kvm"),
    ],
)
def test_what_the_format_lacks_or_could_reach_the_host_is_refused(old, new):
    """Specification 4.3, 10.3."""
    with pytest.raises(BadPackage, match="prohibited elements: line"):
        read(old, new)


def test_os_type_comes_before_boot():
    kind, boot = '<type arch="i686" machine="pc">hvm</type>', '<boot dev="hd"/>'
    with pytest.raises(BadPackage, match="in this order"):
        read(kind + boot, boot + kind)


MANUAL = Path(__file__).parents[3] / "docs" / "reference" / "package-format.md"


def words_of(rule):
    """Every element and attribute below a rule."""
    yield from rule.required
    yield from rule.optional
    for name, child in rule.children.items():
        yield name.rpartition("}")[2]
        yield from words_of(child.rule)


def test_every_element_and_attribute_is_in_the_manual():
    manual = MANUAL.read_text()
    words = set(words_of(whitelist.DOMAIN))
    assert len(words) > 60
    assert sorted(word for word in words if f"`{word}`" not in manual) == []
