# What a processor does before `run` of main.c: a boot sector reads what is behind it on the disk to 0x10000, and switches to
# 64-bit mode with 1 GB of memory where it is, and with the registers of AVX-512 and AMX.

.section .boot, "ax"
.code16
.globl boot
boot:
  ljmp $0, $begin
begin:
  cli
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %ss
  movw $boot, %sp
  movb %dl, drive
  inb $0x92, %al                  # the address line A20
  orb $2, %al
  outb %al, $0x92

read:
  movw $packet, %si
  movb $0x42, %ah                 # extended read
  movb drive, %dl
  int $0x13
  jc stop
  addl $32, first_sector
  addw $0x400, segment            # 32 sectors are 16 KB
  cmpl $(1 + SECTORS), first_sector
  jb read

  # Tables of pages at 0x1000: one entry, at 0x2000: one entry, at 0x3000: 512 pages of 2 MB.
  movw $0x100, %ax
  movw %ax, %es
  xorw %di, %di
  xorl %eax, %eax
  movw $0xc00, %cx
  rep stosl
  movl $0x2003, %es:0
  movl $0x3003, %es:0x1000
  movw $0x2000, %di
  movl $0x83, %eax                # present, writable, large
  movw $512, %cx
map:
  movl %eax, %es:(%di)
  addl $0x200000, %eax
  addw $8, %di
  loop map

  lgdt descriptors
  movl $0x1000, %eax
  movl %eax, %cr3
  movl $0x40620, %eax             # OSXSAVE, OSXMMEXCPT, OSFXSR, PAE
  movl %eax, %cr4
  movl $0xc0000080, %ecx          # EFER.LME
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl $0x80000013, %eax          # PG, ET, MP, PE
  movl %eax, %cr0
  ljmp $8, $enter
stop:
  hlt

.code64
enter:
  movw $16, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  movq $0x3f000000, %rsp
  xorl %ecx, %ecx
  movl $0x600e7, %eax             # XCR0: x87, SSE, AVX, AVX-512, TILECFG, TILEDATA
  xorl %edx, %edx
  xsetbv
  movq $zeroed, %rdi
  movq $zeroed_end, %rcx
  subq %rdi, %rcx
  xorl %eax, %eax
  rep stosb
  movq $run, %rax
  call *%rax
  hlt

.align 8
segments:
  .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
descriptors:
  .word descriptors - segments - 1
  .long segments
packet:
  .byte 16, 0
  .word 32, 0
segment:
  .word 0x1000
first_sector:
  .quad 1
drive:
  .byte 0
.org 510
.word 0xaa55

.section .note.GNU-stack, "", @progbits
