	.file	"<string>"
	.section	.rodata,"a",@progbits
	.p2align	6, 0x0
.LCPI0_0:
	.quad	8
	.quad	9
	.quad	10
	.quad	11
	.quad	12
	.quad	13
	.quad	14
	.quad	15
.LCPI0_1:
	.quad	0
	.quad	1
	.quad	2
	.quad	3
	.quad	4
	.quad	5
	.quad	6
	.quad	7
	.section	.rodata.cst8,"aM",@progbits,8
	.p2align	3, 0x0
.LCPI0_2:
	.quad	16
.LCPI0_4:
	.quad	4
	.section	.rodata.cst32,"aM",@progbits,32
	.p2align	5, 0x0
.LCPI0_3:
	.quad	0
	.quad	1
	.quad	2
	.quad	3
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0
.LCPI0_5:
	.long	0x80000000
.LCPI0_6:
	.long	0x3f800000
	.section	.ltext,"axl",@progbits
	.globl	_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.p2align	4
	.type	_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf,@function
_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%r13
	.cfi_def_cfa_offset 40
	pushq	%r12
	.cfi_def_cfa_offset 48
	pushq	%rbx
	.cfi_def_cfa_offset 56
	subq	$1688, %rsp
	.cfi_def_cfa_offset 1744
	.cfi_offset %rbx, -56
	.cfi_offset %r12, -48
	.cfi_offset %r13, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	movq	1968(%rsp), %r13
	movq	1896(%rsp), %r12
	movq	1840(%rsp), %r14
	movq	1784(%rsp), %r15
	movabsq	$NRT_incref, %rbp
	movq	%rdi, 568(%rsp)
	movq	%rdx, %rdi
	vmovd	%xmm0, 188(%rsp)
	movq	%rdx, %rbx
	callq	*%rbp
	movq	%r15, %rdi
	callq	*%rbp
	movq	%r14, %rdi
	callq	*%rbp
	movq	%r12, %rdi
	callq	*%rbp
	movq	%r13, %rdi
	callq	*%rbp
	cmpq	$0, 1936(%rsp)
	jle	.LBB0_215
	movq	1768(%rsp), %rdx
	movq	1776(%rsp), %r12
	movq	1816(%rsp), %r15
	movq	1824(%rsp), %r13
	movq	1880(%rsp), %rbp
	movq	$0, 208(%rsp)
	vxorps	%xmm1, %xmm1, %xmm1
	movq	%rbx, 248(%rsp)
	leaq	2(%rdx), %rdi
	leaq	1(%rdx), %rcx
	leaq	1(%r12), %r10
	movq	%r15, %r9
	movq	%rcx, %rax
	imulq	%r12, %rax
	imulq	%r12, %rdi
	movq	%r10, 240(%rsp)
	imulq	%r12, %r10
	movq	%rax, %rsi
	sarq	$63, %rsi
	leaq	(%r15,%rax,4), %r8
	addq	%rdi, %rax
	movq	%rdi, 1000(%rsp)
	movq	%r10, 216(%rsp)
	movq	%rax, %rdi
	sarq	$63, %rdi
	andq	%r13, %rsi
	andq	%r13, %rdi
	movq	%rsi, 936(%rsp)
	testq	%rdx, %rdx
	movq	$-1, %rsi
	movq	%r8, 928(%rsp)
	movq	1928(%rsp), %r8
	cmovnsq	%rdx, %rsi
	movq	%rdi, 920(%rsp)
	cmpq	$2, %rcx
	movl	$1, %edi
	cmovgeq	%rcx, %rdi
	movabsq	$.LCPI0_6, %rcx
	cmpq	$-1, %rax
	movq	%rsi, 912(%rsp)
	leaq	1(%rsi), %rsi
	vmovd	(%rcx), %xmm2
	movl	$0, %ecx
	movq	%rdi, 1016(%rsp)
	movabsq	$.LCPI0_5, %rdi
	movq	%rsi, 752(%rsp)
	leaq	3(%rdx), %rsi
	cmovlq	%r13, %rcx
	cmpq	$-2, %rax
	vpbroadcastd	(%rdi), %xmm0
	movq	1752(%rsp), %rdi
	movq	%rsi, 976(%rsp)
	movq	%rcx, 904(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-3, %rax
	movq	%rcx, 896(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-4, %rax
	movq	%rcx, 888(%rsp)
	movl	$0, %ecx
	vpbroadcastq	%rdi, %zmm11
	cmovlq	%r13, %rcx
	cmpq	$-5, %rax
	vmovdqu64	%zmm11, 1616(%rsp)
	movq	%rcx, 880(%rsp)
	movl	$0, %ecx
	vmovd	%xmm2, 340(%rsp)
	cmovlq	%r13, %rcx
	cmpq	$-6, %rax
	vmovdqa	%xmm0, 1408(%rsp)
	movq	%rcx, 872(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-7, %rax
	movq	%rcx, 864(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-8, %rax
	movq	%rcx, 856(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-9, %rax
	movq	%rcx, 848(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-10, %rax
	movq	%rcx, 840(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-11, %rax
	movq	%rcx, 832(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-12, %rax
	movq	%rcx, 824(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-13, %rax
	movq	%rcx, 816(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-14, %rax
	movq	%rcx, 808(%rsp)
	movl	$0, %ecx
	cmovlq	%r13, %rcx
	cmpq	$-15, %rax
	leaq	(%r15,%rax,4), %rax
	movq	%rcx, 800(%rsp)
	movq	%r12, %rcx
	movq	%rax, 792(%rsp)
	movl	$0, %eax
	cmovlq	%r13, %rax
	subq	%r8, %r9
	movq	%r9, 592(%rsp)
	movq	1944(%rsp), %r9
	movq	%rax, 784(%rsp)
	movl	%r12d, %eax
	andl	$7, %eax
	movq	%rax, 392(%rsp)
	movabsq	$9223372036854775800, %rax
	andq	%rax, %rcx
	movq	%rcx, 368(%rsp)
	negq	%rcx
	movq	%rcx, 968(%rsp)
	movq	1744(%rsp), %rcx
	leaq	(,%r9,4), %r11
	movq	%r9, %r14
	movq	%r11, 776(%rsp)
	negq	%r11
	movq	%r11, 584(%rsp)
	leaq	-56(%rax), %r11
	andq	%r11, %r14
	movq	%r11, 384(%rsp)
	leaq	(%rcx,%rdi,4), %rsi
	movq	%r14, 344(%rsp)
	movq	%r9, %r14
	andq	%rax, %r14
	andl	$7, %r9d
	addq	$7, %rax
	movq	%r14, 576(%rsp)
	movq	%r10, %r14
	movq	%r9, 352(%rsp)
	movq	%r12, %r9
	andq	%r11, %r9
	leaq	3(%rdx,%rdx), %r11
	imulq	%rdx, %r14
	leaq	(,%rdi,4), %rdx
	leaq	(%rcx,%r12,4), %rdi
	movq	%rsi, 536(%rsp)
	leaq	28(%rcx), %rsi
	movq	%rax, 744(%rsp)
	movq	%r9, 360(%rsp)
	leaq	(,%r12,4), %r9
	movq	%rsi, 432(%rsp)
	leaq	192(%r8), %rsi
	movq	%rdx, 72(%rsp)
	leaq	192(%rcx), %rdx
	movq	%rdi, 720(%rsp)
	leaq	6(%r12), %rdi
	imulq	%r12, %r11
	movq	%rdx, 400(%rsp)
	leaq	28(%r15), %rdx
	movq	%rdi, 704(%rsp)
	leaq	4(%r12), %rdi
	movq	%r9, 408(%rsp)
	negq	%r9
	movq	%r14, 760(%rsp)
	movq	%rdx, 960(%rsp)
	leaq	7(%r12), %rdx
	movq	%rdi, 688(%rsp)
	leaq	192(%r15,%r12,4), %rdi
	movq	%r9, 992(%rsp)
	leaq	(,%r10,4), %r9
	movq	%rdx, 712(%rsp)
	leaq	5(%r12), %rdx
	movq	%r11, 768(%rsp)
	movq	%rdx, 696(%rsp)
	leaq	3(%r12), %rdx
	movq	%rdi, 672(%rsp)
	leaq	(%r15,%r11,4), %rdi
	movq	%r9, 1008(%rsp)
	negq	%r9
	movq	%rdx, 680(%rsp)
	leaq	(%r15,%r12,4), %rdx
	movq	%r9, 984(%rsp)
	leaq	(,%r13,4), %r9
	movq	%rdi, 736(%rsp)
	leaq	4(%rcx,%r12,4), %rdi
	movq	%rdx, 664(%rsp)
	leaq	(%rcx,%r14,4), %rdx
	movq	%r9, 80(%rsp)
	movq	%rdi, 656(%rsp)
	leaq	12(%rcx,%r12,4), %rdi
	movq	%rdx, 728(%rsp)
	leaq	8(%rcx,%r12,4), %rdx
	movq	%rdi, 640(%rsp)
	leaq	20(%rcx,%r12,4), %rdi
	movq	%rdx, 648(%rsp)
	leaq	16(%rcx,%r12,4), %rdx
	movq	%rdi, 624(%rsp)
	leaq	2(%r12), %rdi
	movq	%rdx, 632(%rsp)
	leaq	24(%rcx,%r12,4), %rdx
	movq	%rdi, 608(%rsp)
	movq	%rdx, 616(%rsp)
	leaq	28(%rcx,%r12,4), %rdx
	leaq	192(%r15), %rcx
	movq	%rcx, 376(%rsp)
	movq	%rdx, 600(%rsp)
	jmp	.LBB0_3
	.p2align	4
.LBB0_2:
	vmovdqu64	1616(%rsp), %zmm11
	movq	208(%rsp), %rcx
	movq	776(%rsp), %rax
	movq	944(%rsp), %rsi
	movq	952(%rsp), %r8
	movq	1880(%rsp), %rbp
	movq	80(%rsp), %r9
	vxorps	%xmm1, %xmm1, %xmm1
	incq	%rcx
	addq	%rax, %rsi
	addq	%rax, %r8
	movq	%rcx, 208(%rsp)
	cmpq	1936(%rsp), %rcx
	je	.LBB0_215
.LBB0_3:
	movq	1944(%rsp), %rax
	testq	%rax, %rax
	jle	.LBB0_21
	cmpq	$8, %rax
	jb	.LBB0_8
	movq	584(%rsp), %rax
	movl	$0, %ecx
	imulq	208(%rsp), %rax
	addq	592(%rsp), %rax
	cmpq	$256, %rax
	movq	1944(%rsp), %rax
	jb	.LBB0_16
	cmpq	$64, %rax
	jae	.LBB0_9
	xorl	%eax, %eax
	jmp	.LBB0_13
.LBB0_8:
	xorl	%ecx, %ecx
	jmp	.LBB0_16
.LBB0_9:
	movq	344(%rsp), %rdx
	movq	%rax, %rcx
	xorl	%eax, %eax
	.p2align	4
.LBB0_10:
	vmovdqu64	-192(%rsi,%rax,4), %zmm0
	vmovups	-128(%rsi,%rax,4), %zmm1
	vmovdqu64	-64(%rsi,%rax,4), %zmm2
	vmovdqu64	(%rsi,%rax,4), %zmm3
	vmovdqu64	%zmm0, (%r15,%rax,4)
	vmovups	%zmm1, 64(%r15,%rax,4)
	vmovdqu64	%zmm2, 128(%r15,%rax,4)
	vmovdqu64	%zmm3, 192(%r15,%rax,4)
	addq	$64, %rax
	cmpq	%rax, %rdx
	jne	.LBB0_10
	vxorps	%xmm1, %xmm1, %xmm1
	cmpq	%rdx, %rcx
	je	.LBB0_21
	movq	%rcx, %rdx
	movq	344(%rsp), %rcx
	movq	%rcx, %rax
	testb	$56, %dl
	je	.LBB0_16
.LBB0_13:
	movq	576(%rsp), %rdx
	.p2align	4
.LBB0_14:
	vmovdqu	(%r8,%rax,4), %ymm0
	vmovdqu	%ymm0, (%r15,%rax,4)
	addq	$8, %rax
	cmpq	%rax, %rdx
	jne	.LBB0_14
	movq	%rdx, %rcx
	cmpq	%rdx, 1944(%rsp)
	je	.LBB0_21
.LBB0_16:
	cmpq	$0, 352(%rsp)
	movq	%rcx, %rax
	je	.LBB0_19
	movq	352(%rsp), %rdx
	movq	%rcx, %rax
	.p2align	4
.LBB0_18:
	vmovd	(%r8,%rax,4), %xmm0
	decq	%rdx
	vmovd	%xmm0, (%r15,%rax,4)
	leaq	1(%rax), %rax
	jne	.LBB0_18
.LBB0_19:
	movq	1944(%rsp), %rdx
	subq	%rdx, %rcx
	cmpq	$-8, %rcx
	ja	.LBB0_21
	.p2align	4
.LBB0_20:
	vmovss	(%r8,%rax,4), %xmm0
	vmovss	%xmm0, (%r15,%rax,4)
	vmovss	4(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 4(%r15,%rax,4)
	vmovss	8(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 8(%r15,%rax,4)
	vmovss	12(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 12(%r15,%rax,4)
	vmovss	16(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 16(%r15,%rax,4)
	vmovss	20(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 20(%r15,%rax,4)
	vmovss	24(%r8,%rax,4), %xmm0
	vmovss	%xmm0, 24(%r15,%rax,4)
	vmovd	28(%r8,%rax,4), %xmm0
	vmovd	%xmm0, 28(%r15,%rax,4)
	addq	$8, %rax
	cmpq	%rax, %rdx
	jne	.LBB0_20
.LBB0_21:
	cmpq	$0, 1768(%rsp)
	movq	%rsi, 944(%rsp)
	movq	%r8, 952(%rsp)
	js	.LBB0_136
	movq	600(%rsp), %rax
	movq	664(%rsp), %rdx
	movq	672(%rsp), %rsi
	movq	1744(%rsp), %r11
	movq	%r12, 224(%rsp)
	xorl	%r14d, %r14d
	xorl	%edi, %edi
	movq	%r15, %r8
	movq	%rax, 528(%rsp)
	movq	616(%rsp), %rax
	movq	%rax, 520(%rsp)
	movq	624(%rsp), %rax
	movq	%rax, 512(%rsp)
	movq	632(%rsp), %rax
	movq	%rax, 504(%rsp)
	movq	640(%rsp), %rax
	movq	%rax, 496(%rsp)
	movq	648(%rsp), %rax
	movq	%rax, 488(%rsp)
	movq	656(%rsp), %rax
	movq	%rax, 288(%rsp)
	movq	608(%rsp), %rax
	movq	%rax, 480(%rsp)
	movq	680(%rsp), %rax
	movq	%rax, 472(%rsp)
	movq	688(%rsp), %rax
	movq	%rax, 464(%rsp)
	movq	696(%rsp), %rax
	movq	%rax, 456(%rsp)
	movq	704(%rsp), %rax
	movq	%rax, 448(%rsp)
	movq	712(%rsp), %rax
	movq	%rax, 440(%rsp)
	movq	720(%rsp), %rax
	movq	%rax, 232(%rsp)
	movq	240(%rsp), %rax
	movq	%rax, 280(%rsp)
	xorl	%eax, %eax
	jmp	.LBB0_24
	.p2align	4
.LBB0_23:
	movq	1008(%rsp), %rcx
	movq	408(%rsp), %rax
	addq	%r10, 280(%rsp)
	addq	%r10, 224(%rsp)
	addq	%r10, 440(%rsp)
	addq	%r10, 448(%rsp)
	addq	%r10, 456(%rsp)
	addq	%r10, 464(%rsp)
	addq	%r10, 472(%rsp)
	addq	%r10, 480(%rsp)
	addq	%r12, %rdi
	addq	%r10, %r14
	addq	%rax, %r8
	addq	%rcx, 232(%rsp)
	addq	%rax, %rsi
	addq	%rax, %rdx
	addq	%rcx, 288(%rsp)
	addq	%rcx, 488(%rsp)
	addq	%rcx, 496(%rsp)
	addq	%rcx, 504(%rsp)
	addq	%rcx, 512(%rsp)
	addq	%rcx, 520(%rsp)
	addq	%rcx, 528(%rsp)
	movq	1032(%rsp), %rax
	addq	%rcx, %r11
	cmpq	1016(%rsp), %rax
	je	.LBB0_136
.LBB0_24:
	movq	%rax, 424(%rsp)
	imulq	240(%rsp), %rax
	movq	%rdi, 256(%rsp)
	movq	%r8, 88(%rsp)
	movq	%rdx, 1056(%rsp)
	movq	%rsi, 1048(%rsp)
	movq	%r11, 264(%rsp)
	leaq	1(%rax), %rcx
	movq	%rcx, 560(%rsp)
	testq	%r12, %r12
	jle	.LBB0_27
	movq	968(%rsp), %r11
	movq	1872(%rsp), %rbx
	cmpq	$8, %r12
	jae	.LBB0_28
	movq	264(%rsp), %r11
	movq	256(%rsp), %r13
	xorl	%edi, %edi
	xorl	%ecx, %ecx
	leaq	1(%rax), %r10
	jmp	.LBB0_31
	.p2align	4
.LBB0_27:
	movq	1872(%rsp), %rbx
	xorl	%edi, %edi
	jmp	.LBB0_33
	.p2align	4
.LBB0_28:
	movq	256(%rsp), %r13
	movl	$7, %ecx
	leaq	1(%rax), %r10
	xorl	%edi, %edi
	.p2align	4
.LBB0_29:
	leaq	(%rdi,%r10), %rsi
	movq	%rdi, %r12
	leaq	-7(%rcx), %rdx
	leaq	(%rbx,%rsi,8), %rdi
	sarq	$63, %rsi
	andq	%rbp, %rsi
	movq	%rdx, (%rdi,%rsi,8)
	leaq	-7(%r13,%rcx), %rsi
	leaq	(%r13,%rcx), %rdx
	sarq	$63, %rdx
	sarq	$63, %rsi
	andq	%r9, %rsi
	leaq	-6(%rcx), %r9
	addq	%r8, %rsi
	vcmpneqss	-28(%rsi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %esi
	addq	%r12, %rsi
	leaq	(%rsi,%r10), %rdi
	leaq	(%rbx,%rdi,8), %r8
	sarq	$63, %rdi
	andq	%rbp, %rdi
	movq	%r9, (%r8,%rdi,8)
	leaq	-6(%r13,%rcx), %rdi
	leaq	-5(%rcx), %r9
	sarq	$63, %rdi
	andq	80(%rsp), %rdi
	addq	88(%rsp), %rdi
	vcmpneqss	-24(%rdi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %edi
	addq	%rsi, %rdi
	leaq	(%rdi,%r10), %rsi
	leaq	(%rbx,%rsi,8), %r8
	sarq	$63, %rsi
	andq	%rbp, %rsi
	movq	%r9, (%r8,%rsi,8)
	leaq	-5(%r13,%rcx), %rsi
	leaq	-4(%rcx), %r9
	sarq	$63, %rsi
	andq	80(%rsp), %rsi
	addq	88(%rsp), %rsi
	vcmpneqss	-20(%rsi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %esi
	addq	%rdi, %rsi
	leaq	(%rsi,%r10), %rdi
	leaq	(%rbx,%rdi,8), %r8
	sarq	$63, %rdi
	andq	%rbp, %rdi
	movq	%r9, (%r8,%rdi,8)
	leaq	-4(%r13,%rcx), %rdi
	leaq	-3(%rcx), %r9
	sarq	$63, %rdi
	andq	80(%rsp), %rdi
	addq	88(%rsp), %rdi
	vcmpneqss	-16(%rdi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %edi
	addq	%rsi, %rdi
	leaq	(%rdi,%r10), %rsi
	leaq	(%rbx,%rsi,8), %r8
	sarq	$63, %rsi
	andq	%rbp, %rsi
	movq	%r9, (%r8,%rsi,8)
	leaq	-3(%r13,%rcx), %rsi
	leaq	-2(%rcx), %r9
	sarq	$63, %rsi
	andq	80(%rsp), %rsi
	addq	88(%rsp), %rsi
	vcmpneqss	-12(%rsi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %esi
	addq	%rdi, %rsi
	leaq	(%rsi,%r10), %rdi
	leaq	(%rbx,%rdi,8), %r8
	sarq	$63, %rdi
	andq	%rbp, %rdi
	movq	%r9, (%r8,%rdi,8)
	leaq	-2(%r13,%rcx), %rdi
	leaq	-1(%rcx), %r9
	sarq	$63, %rdi
	andq	80(%rsp), %rdi
	addq	88(%rsp), %rdi
	vcmpneqss	-8(%rdi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %edi
	addq	%rsi, %rdi
	leaq	(%rdi,%r10), %rsi
	leaq	(%rbx,%rsi,8), %r8
	sarq	$63, %rsi
	andq	%rbp, %rsi
	movq	%r9, (%r8,%rsi,8)
	movq	80(%rsp), %r9
	leaq	-1(%r13,%rcx), %rsi
	sarq	$63, %rsi
	andq	%r9, %rsi
	addq	88(%rsp), %rsi
	andq	%r9, %rdx
	vcmpneqss	-4(%rsi,%rcx,4), %xmm1, %k0
	kmovw	%k0, %esi
	addq	%rdi, %rsi
	leaq	(%rsi,%r10), %rdi
	leaq	(%rbx,%rdi,8), %r8
	sarq	$63, %rdi
	andq	%rbp, %rdi
	movq	%rcx, (%r8,%rdi,8)
	movq	88(%rsp), %r8
	addq	%r8, %rdx
	vcmpneqss	(%rdx,%rcx,4), %xmm1, %k0
	leaq	8(%r11,%rcx), %rdx
	addq	$8, %rcx
	kmovw	%k0, %edi
	addq	%rsi, %rdi
	cmpq	$7, %rdx
	jne	.LBB0_29
	movq	368(%rsp), %rcx
	cmpq	$0, 392(%rsp)
	movq	264(%rsp), %r11
	movq	1776(%rsp), %r12
	je	.LBB0_33
.LBB0_31:
	movq	392(%rsp), %rdx
	.p2align	4
.LBB0_32:
	movq	%rdi, %rsi
	addq	%r10, %rdi
	leaq	(%rbx,%rdi,8), %r8
	sarq	$63, %rdi
	andq	%rbp, %rdi
	movq	%rcx, (%r8,%rdi,8)
	leaq	(%r13,%rcx), %rdi
	sarq	$63, %rdi
	andq	%r9, %rdi
	addq	88(%rsp), %rdi
	vcmpneqss	(%rdi,%rcx,4), %xmm1, %k0
	incq	%rcx
	kmovw	%k0, %edi
	addq	%rsi, %rdi
	decq	%rdx
	jne	.LBB0_32
.LBB0_33:
	movq	424(%rsp), %r9
	movl	$16, %ecx
	movq	%r12, %rsi
	cmpq	1768(%rsp), %r9
	leaq	1(%r9), %rdx
	movq	%rdx, 1032(%rsp)
	movq	%rdx, %r8
	movq	1824(%rsp), %rdx
	cmovgeq	%rcx, %r12
	imulq	%rsi, %r8
	leaq	(%rbx,%rax,8), %rcx
	sarq	$63, %rax
	andq	%rbp, %rax
	movq	%rdi, (%rcx,%rax,8)
	movq	%r8, %rax
	sarq	$63, %rax
	andq	%rdx, %rax
	addq	%r8, %rax
	movq	%rax, %r13
	js	.LBB0_132
.LBB0_34:
	movq	%rdi, 304(%rsp)
	movq	72(%rsp), %r8
	movabsq	$.LCPI0_4, %rsi
	cmpq	%rdx, %rax
	movq	1752(%rsp), %rax
	jge	.LBB0_133
.LBB0_35:
	movq	%r9, %r10
	imulq	216(%rsp), %r10
	movq	1744(%rsp), %rdi
	leaq	(%r15,%r13,4), %rbx
	movq	%r13, 1024(%rsp)
	vpbroadcastq	%rdi, %zmm0
	vpbroadcastq	%rdi, %ymm1
	testq	%r12, %r12
	jle	.LBB0_44
	cmpq	$4, %r12
	jae	.LBB0_112
.LBB0_37:
	xorl	%ecx, %ecx
.LBB0_38:
	movl	%r12d, %eax
	subl	%ecx, %eax
	movq	%rcx, %rdx
	andl	$7, %eax
	je	.LBB0_41
	movq	%rcx, %rdx
	.p2align	4
.LBB0_40:
	leaq	(%r14,%rdx), %rsi
	sarq	$63, %rsi
	andq	%r8, %rsi
	addq	%r11, %rsi
	decq	%rax
	vmovd	(%rsi,%rdx,4), %xmm2
	vmovd	%xmm2, (%rbx,%rdx,4)
	leaq	1(%rdx), %rdx
	jne	.LBB0_40
.LBB0_41:
	subq	%r12, %rcx
	cmpq	$-8, %rcx
	ja	.LBB0_44
	movq	960(%rsp), %rax
	leaq	(%rax,%r13,4), %rax
	.p2align	4
.LBB0_43:
	leaq	(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	(%rcx,%rdx,4), %xmm2
	leaq	1(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -28(%rax,%rdx,4)
	vmovss	4(%rcx,%rdx,4), %xmm2
	leaq	2(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -24(%rax,%rdx,4)
	vmovss	8(%rcx,%rdx,4), %xmm2
	leaq	3(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -20(%rax,%rdx,4)
	vmovss	12(%rcx,%rdx,4), %xmm2
	leaq	4(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -16(%rax,%rdx,4)
	vmovss	16(%rcx,%rdx,4), %xmm2
	leaq	5(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -12(%rax,%rdx,4)
	vmovss	20(%rcx,%rdx,4), %xmm2
	leaq	6(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -8(%rax,%rdx,4)
	vmovss	24(%rcx,%rdx,4), %xmm2
	leaq	7(%r14,%rdx), %rcx
	sarq	$63, %rcx
	andq	%r8, %rcx
	addq	%r11, %rcx
	vmovss	%xmm2, -4(%rax,%rdx,4)
	vmovd	28(%rcx,%rdx,4), %xmm2
	vmovd	%xmm2, (%rax,%rdx,4)
	addq	$8, %rdx
	cmpq	%rdx, %r12
	jne	.LBB0_43
.LBB0_44:
	movq	1776(%rsp), %rax
	leaq	(%rdi,%r12,4), %rcx
	movq	%rbx, 152(%rsp)
	movq	%r14, 1040(%rsp)
	movq	%r12, 8(%rsp)
	movq	%rcx, 296(%rsp)
	imulq	%rax, %r9
	addq	%rax, %r10
	movq	304(%rsp), %rax
	movq	%r10, 544(%rsp)
	movq	%r9, 552(%rsp)
	cmpq	$8, %rax
	jl	.LBB0_86
	leaq	(,%r12,4), %rax
	addq	%r8, %rcx
	movabsq	$9223372036854775800, %rsi
	leaq	4(%r15,%r13,4), %rdx
	movq	%rcx, 1080(%rsp)
	leaq	-8(%rsi), %rcx
	movq	%rax, 1072(%rsp)
	leaq	(%r13,%r12), %rax
	andq	%r12, %rcx
	movq	%rdx, 1096(%rsp)
	leaq	(%r15,%rax,4), %rax
	movq	%rcx, 416(%rsp)
	xorl	%ecx, %ecx
	movq	%rax, 1088(%rsp)
	leaq	4(%rsi), %rax
	andq	%r12, %rax
	movq	%rax, 1064(%rsp)
	jmp	.LBB0_47
	.p2align	4
.LBB0_46:
	movq	1128(%rsp), %rcx
	movq	304(%rsp), %rax
	movq	1880(%rsp), %rbp
	movq	%r14, %r12
	leaq	8(%rcx), %rsi
	addq	$16, %rcx
	cmpq	%rax, %rcx
	movq	%rsi, %rcx
	jg	.LBB0_87
.LBB0_47:
	movq	560(%rsp), %rax
	movq	%rcx, 1128(%rsp)
	movl	$0, %edx
	movl	$0, %esi
	movl	$0, %edi
	movl	$0, %r8d
	movl	$0, %r9d
	movl	$0, %r10d
	movq	%r12, %r14
	addq	%rcx, %rax
	movl	$0, %ecx
	cmpq	$-1, %rax
	cmovlq	%rbp, %rcx
	cmpq	$-2, %rax
	cmovlq	%rbp, %rdx
	cmpq	$-3, %rax
	cmovlq	%rbp, %rsi
	cmpq	$-4, %rax
	cmovlq	%rbp, %rdi
	cmpq	$-5, %rax
	cmovlq	%rbp, %r8
	cmpq	$-6, %rax
	cmovlq	%rbp, %r9
	cmpq	$-7, %rax
	cmovlq	%rbp, %r10
	testq	%r12, %r12
	jle	.LBB0_46
	movq	1872(%rsp), %r11
	movq	552(%rsp), %rbx
	leaq	(%r11,%rax,8), %r11
	sarq	$63, %rax
	andq	1880(%rsp), %rax
	movq	8(%r11,%rcx,8), %r15
	movq	16(%r11,%rdx,8), %r13
	movq	32(%r11,%rdi,8), %r12
	movq	24(%r11,%rsi,8), %rbp
	movq	(%r11,%rax,8), %r14
	movq	40(%r11,%r8,8), %rax
	leaq	(%r15,%rbx), %rdx
	leaq	(%r13,%rbx), %rdi
	movq	%r15, 136(%rsp)
	movq	%r12, 40(%rsp)
	movq	%rbp, 176(%rsp)
	movq	%rax, 200(%rsp)
	movq	48(%r11,%r9,8), %rax
	leaq	(%rbp,%rbx), %r9
	movq	%r14, 144(%rsp)
	movq	%rax, 128(%rsp)
	movq	56(%r11,%r10,8), %rax
	movq	1816(%rsp), %r10
	movq	1824(%rsp), %r11
	leaq	(%r10,%rdx,4), %rsi
	sarq	$63, %rdx
	movq	%rax, 56(%rsp)
	leaq	(%r14,%rbx), %rax
	leaq	(%r10,%rdi,4), %r8
	sarq	$63, %rdi
	leaq	(%r10,%r9,4), %r15
	sarq	$63, %r9
	andq	%r11, %rdx
	leaq	(%r10,%rax,4), %rcx
	sarq	$63, %rax
	andq	%r11, %rdi
	andq	%r11, %r9
	vmovss	(%rsi,%rdx,4), %xmm4
	movq	200(%rsp), %rdx
	andq	%r11, %rax
	vmovss	(%r8,%rdi,4), %xmm5
	movq	56(%rsp), %rdi
	vmovss	(%r15,%r9,4), %xmm2
	movq	%r14, %r15
	movq	8(%rsp), %r14
	vmovss	(%rcx,%rax,4), %xmm3
	leaq	(%r12,%rbx), %rcx
	leaq	(%r10,%rcx,4), %r12
	sarq	$63, %rcx
	andq	%r11, %rcx
	vmovd	(%r12,%rcx,4), %xmm19
	movq	136(%rsp), %r12
	leaq	(%rdx,%rbx), %rsi
	leaq	(%rdi,%rbx), %r9
	imulq	%r14, %r15
	imulq	%r14, %rbp
	imulq	%r14, %rdi
	leaq	(%r10,%rsi,4), %rax
	leaq	(%r10,%r9,4), %rcx
	sarq	$63, %r9
	sarq	$63, %rsi
	andq	%r11, %r9
	andq	%r11, %rsi
	movq	%rax, 120(%rsp)
	movq	128(%rsp), %rax
	vmovss	(%rcx,%r9,4), %xmm9
	movq	200(%rsp), %rcx
	movq	%r15, 112(%rsp)
	movq	%rbp, 320(%rsp)
	movq	%rdi, 1104(%rsp)
	imulq	%r14, %r12
	movq	%r12, 160(%rsp)
	leaq	(%rax,%rbx), %r8
	imulq	%r14, %rcx
	leaq	(%r10,%r8,4), %rdx
	movq	120(%rsp), %r10
	sarq	$63, %r8
	movq	%r13, 120(%rsp)
	imulq	%r14, %r13
	andq	%r11, %r8
	vmovss	(%rdx,%r8,4), %xmm8
	movq	40(%rsp), %rdx
	movq	%rcx, 1120(%rsp)
	movq	%r13, 328(%rsp)
	vmovss	(%r10,%rsi,4), %xmm7
	movq	%rax, %rsi
	movq	544(%rsp), %rax
	imulq	%r14, %rsi
	imulq	%r14, %rdx
	movq	%rsi, 1112(%rsp)
	leaq	(%r15,%rax), %r10
	leaq	(%rbp,%rax), %r8
	leaq	(%rsi,%rax), %rbp
	leaq	(%r12,%rax), %rbx
	addq	%rax, %r13
	leaq	(%rdx,%rax), %r15
	leaq	(%rcx,%rax), %r11
	leaq	(%rdi,%rax), %r9
	movq	%rdx, 312(%rsp)
	movq	%rbp, 192(%rsp)
	cmpq	$4, %r14
	jae	.LBB0_50
	movq	8(%rsp), %r14
	movq	144(%rsp), %rbp
	movq	%r10, %rdi
	xorl	%r12d, %r12d
	movq	%r8, %r10
	jmp	.LBB0_79
	.p2align	4
.LBB0_50:
	movq	1744(%rsp), %rdi
	movq	536(%rsp), %rdx
	movq	1080(%rsp), %rcx
	movq	296(%rsp), %rsi
	movq	%r9, 104(%rsp)
	leaq	(%rdi,%r9,4), %rax
	leaq	(%rcx,%r9,4), %r14
	leaq	(%rdx,%r9,4), %r12
	leaq	(%rsi,%r9,4), %r9
	movq	%rax, 32(%rsp)
	movq	%r11, %rax
	movq	%r15, %r11
	movq	%r8, %r15
	movq	%rbx, %r8
	leaq	(%rdx,%rbp,4), %rbx
	movq	%rax, 96(%rsp)
	movq	%r11, 168(%rsp)
	movq	%rbx, 48(%rsp)
	leaq	(%rcx,%rbp,4), %rbx
	movq	%rbx, 272(%rsp)
	leaq	(%rdi,%rbp,4), %rbx
	movq	%rbx, 64(%rsp)
	leaq	(%rsi,%rbp,4), %rbx
	leaq	(%rdx,%rax,4), %rbp
	movq	%rbp, 1552(%rsp)
	leaq	(%rcx,%rax,4), %rbp
	movq	%rbp, 1424(%rsp)
	leaq	(%rdi,%rax,4), %rbp
	leaq	(%rsi,%rax,4), %rax
	movq	%rax, 1488(%rsp)
	leaq	(%rdx,%r11,4), %rax
	movq	%rbp, 1264(%rsp)
	leaq	(%rdi,%r11,4), %rbp
	movq	%rax, 1136(%rsp)
	leaq	(%rcx,%r11,4), %rax
	movq	%rbp, 1200(%rsp)
	movq	1088(%rsp), %rbp
	movq	%rax, 1328(%rsp)
	movq	152(%rsp), %rax
	cmpq	%r14, %rax
	leaq	(%rcx,%r15,4), %r14
	setb	21(%rsp)
	cmpq	%rbp, %r12
	leaq	(%rsi,%r11,4), %r12
	leaq	(%rsi,%r15,4), %r11
	setb	20(%rsp)
	cmpq	%r9, %rax
	leaq	(%rdx,%r15,4), %r9
	setb	19(%rsp)
	cmpq	%rbp, 32(%rsp)
	movq	%r9, 32(%rsp)
	leaq	(%rdi,%r15,4), %r9
	setb	18(%rsp)
	cmpq	272(%rsp), %rax
	setb	23(%rsp)
	cmpq	%rbp, 48(%rsp)
	movq	%r9, 48(%rsp)
	leaq	(%rdx,%r13,4), %r9
	setb	22(%rsp)
	cmpq	%rbx, %rax
	leaq	(%rcx,%r13,4), %rbx
	setb	25(%rsp)
	cmpq	%rbp, 64(%rsp)
	movq	%r15, 64(%rsp)
	leaq	(%rdi,%r13,4), %r15
	setb	24(%rsp)
	cmpq	1424(%rsp), %rax
	setb	27(%rsp)
	cmpq	%rbp, 1552(%rsp)
	setb	26(%rsp)
	cmpq	1488(%rsp), %rax
	setb	29(%rsp)
	cmpq	%rbp, 1264(%rsp)
	setb	28(%rsp)
	cmpq	1328(%rsp), %rax
	setb	31(%rsp)
	cmpq	%rbp, 1136(%rsp)
	setb	30(%rsp)
	cmpq	%r12, %rax
	leaq	(%rsi,%r13,4), %r12
	setb	1424(%rsp)
	cmpq	%rbp, 1200(%rsp)
	setb	272(%rsp)
	cmpq	%r14, %rax
	setb	1552(%rsp)
	cmpq	%rbp, 32(%rsp)
	movq	%r13, 32(%rsp)
	setb	1488(%rsp)
	cmpq	%r11, %rax
	leaq	(%rdx,%r8,4), %r11
	setb	1264(%rsp)
	cmpq	%rbp, 48(%rsp)
	movq	%r8, 48(%rsp)
	setb	1328(%rsp)
	cmpq	%rbx, %rax
	leaq	(%rdi,%r8,4), %rbx
	setb	%r13b
	cmpq	%rbp, %r9
	leaq	(%rcx,%r8,4), %r9
	setb	1136(%rsp)
	cmpq	%r12, %rax
	setb	%r14b
	cmpq	%rbp, %r15
	leaq	(%rsi,%r10,4), %r15
	setb	1200(%rsp)
	cmpq	%r9, %rax
	leaq	(%rsi,%r8,4), %r9
	setb	%r12b
	cmpq	%rbp, %r11
	setb	%r8b
	cmpq	%r9, %rax
	leaq	(%rcx,%r10,4), %r9
	leaq	(%rdx,%r10,4), %rcx
	setb	%r11b
	cmpq	%rbp, %rbx
	setb	%bl
	cmpq	%r9, %rax
	setb	%r9b
	cmpq	%rbp, %rcx
	setb	%cl
	cmpq	%r15, %rax
	leaq	(%rdi,%r10,4), %r15
	movq	%r10, %rdi
	setb	%al
	cmpq	%rbp, %r15
	setb	%r15b
	testb	%r15b, %al
	jne	.LBB0_75
	movq	144(%rsp), %rbp
	andb	%cl, %r9b
	jne	.LBB0_76
	andb	%bl, %r11b
	jne	.LBB0_76
	andb	%r8b, %r12b
	jne	.LBB0_76
	andb	1200(%rsp), %r14b
	jne	.LBB0_76
	movq	48(%rsp), %rbx
	andb	1136(%rsp), %r13b
	jne	.LBB0_84
	movzbl	1328(%rsp), %eax
	movq	104(%rsp), %r9
	movq	96(%rsp), %r11
	movq	168(%rsp), %r15
	movq	64(%rsp), %r10
	movq	32(%rsp), %r13
	andb	%al, 1264(%rsp)
	jne	.LBB0_85
	movzbl	1488(%rsp), %eax
	andb	%al, 1552(%rsp)
	jne	.LBB0_85
	movzbl	272(%rsp), %eax
	andb	%al, 1424(%rsp)
	jne	.LBB0_85
	movzbl	30(%rsp), %eax
	andb	%al, 31(%rsp)
	jne	.LBB0_85
	movzbl	28(%rsp), %eax
	andb	%al, 29(%rsp)
	jne	.LBB0_85
	movzbl	26(%rsp), %eax
	andb	%al, 27(%rsp)
	jne	.LBB0_85
	movzbl	24(%rsp), %eax
	andb	%al, 25(%rsp)
	jne	.LBB0_85
	movzbl	22(%rsp), %eax
	andb	%al, 23(%rsp)
	jne	.LBB0_85
	movzbl	20(%rsp), %eax
	andb	%al, 21(%rsp)
	jne	.LBB0_85
	movzbl	18(%rsp), %eax
	movq	8(%rsp), %r14
	movl	$0, %r12d
	andb	%al, 19(%rsp)
	jne	.LBB0_79
	vmovaps	%xmm2, 1392(%rsp)
	cmpq	$16, %r14
	jae	.LBB0_68
	xorl	%ecx, %ecx
	jmp	.LBB0_72
.LBB0_68:
	movabsq	$.LCPI0_0, %rsi
	movabsq	$.LCPI0_1, %rdx
	vbroadcastss	%xmm2, %zmm2
	vbroadcastss	%xmm3, %zmm6
	movq	192(%rsp), %rax
	vbroadcastss	%xmm9, %zmm27
	vpbroadcastq	%rdi, %zmm10
	vpbroadcastq	%rbx, %zmm12
	vpbroadcastq	%r13, %zmm14
	vpbroadcastq	%r10, %zmm16
	vpbroadcastq	%r15, %zmm18
	vpbroadcastq	%r11, %zmm20
	vpbroadcastq	%r9, %zmm24
	xorl	%ecx, %ecx
	vmovdqa64	(%rsi), %zmm25
	vmovdqa64	(%rdx), %zmm26
	movq	152(%rsp), %rdx
	movq	416(%rsp), %rsi
	vmovups	%zmm2, 1328(%rsp)
	vpbroadcastd	%xmm19, %zmm2
	vmovups	%zmm6, 1200(%rsp)
	vbroadcastss	%xmm4, %zmm6
	vmovdqu64	%zmm2, 1552(%rsp)
	vbroadcastss	%xmm7, %zmm2
	vmovups	%zmm6, 1136(%rsp)
	vbroadcastss	%xmm5, %zmm6
	vpbroadcastq	%rax, %zmm22
	movabsq	$.LCPI0_2, %rax
	vmovups	%zmm2, 1488(%rsp)
	vbroadcastss	%xmm8, %zmm2
	vmovups	%zmm6, 1264(%rsp)
	vmovdqa64	%xmm19, %xmm6
	vmovups	%zmm2, 1424(%rsp)
	vmovdqa64	%zmm11, %zmm2
	.p2align	4
.LBB0_69:
	vpaddq	%zmm10, %zmm25, %zmm28
	vpaddq	%zmm10, %zmm26, %zmm11
	kxnorb	%k0, %k0, %k1
	vpaddq	%zmm14, %zmm25, %zmm15
	vpsraq	$63, %zmm28, %zmm29
	vpsraq	$63, %zmm11, %zmm30
	vpsllq	$2, %zmm28, %zmm28
	vpsllq	$2, %zmm11, %zmm11
	vpandq	%zmm2, %zmm29, %zmm29
	vpandq	%zmm2, %zmm30, %zmm30
	vpaddq	%zmm28, %zmm0, %zmm28
	vpaddq	%zmm11, %zmm0, %zmm11
	vpsllq	$2, %zmm29, %zmm29
	vpsllq	$2, %zmm30, %zmm30
	vpaddq	%zmm29, %zmm28, %zmm28
	vpxord	%xmm29, %xmm29, %xmm29
	vpaddq	%zmm30, %zmm11, %zmm11
	vgatherqps	(,%zmm28), %ymm29 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm28, %xmm28, %xmm28
	vgatherqps	(,%zmm11), %ymm28 {%k1}
	vpaddq	%zmm12, %zmm26, %zmm11
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm11, %zmm31
	vpsllq	$2, %zmm11, %zmm11
	vpandq	%zmm2, %zmm31, %zmm31
	vpaddq	%zmm11, %zmm0, %zmm11
	vpsllq	$2, %zmm31, %zmm31
	vpaddq	%zmm31, %zmm11, %zmm11
	vpsraq	$63, %zmm15, %zmm31
	vinsertf64x4	$1, %ymm29, %zmm28, %zmm28
	vpaddq	%zmm12, %zmm25, %zmm29
	vpandq	%zmm2, %zmm31, %zmm31
	vpsraq	$63, %zmm29, %zmm30
	vpsllq	$2, %zmm29, %zmm29
	vpandq	%zmm2, %zmm30, %zmm30
	vpaddq	%zmm29, %zmm0, %zmm29
	vpsllq	$2, %zmm30, %zmm30
	vpaddq	%zmm30, %zmm29, %zmm29
	vpxord	%xmm30, %xmm30, %xmm30
	vgatherqps	(,%zmm29), %ymm30 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm29, %xmm29, %xmm29
	vgatherqps	(,%zmm11), %ymm29 {%k1}
	vpaddq	%zmm14, %zmm26, %zmm11
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm11, %zmm13
	vpsllq	$2, %zmm11, %zmm11
	vpandq	%zmm2, %zmm13, %zmm13
	vpaddq	%zmm11, %zmm0, %zmm11
	vpsllq	$2, %zmm13, %zmm13
	vpaddq	%zmm13, %zmm11, %zmm11
	vpsllq	$2, %zmm31, %zmm13
	vinsertf64x4	$1, %ymm30, %zmm29, %zmm29
	vpsllq	$2, %zmm15, %zmm30
	vpaddq	%zmm30, %zmm0, %zmm30
	vpaddq	%zmm13, %zmm30, %zmm13
	vpxord	%xmm30, %xmm30, %xmm30
	vgatherqps	(,%zmm13), %ymm30 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm13, %xmm13, %xmm13
	vgatherqps	(,%zmm11), %ymm13 {%k1}
	vpaddq	%zmm16, %zmm26, %zmm11
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm11, %zmm15
	vpsllq	$2, %zmm11, %zmm11
	vpandq	%zmm2, %zmm15, %zmm15
	vpaddq	%zmm11, %zmm0, %zmm11
	vpsllq	$2, %zmm15, %zmm15
	vpaddq	%zmm15, %zmm11, %zmm11
	vinsertf64x4	$1, %ymm30, %zmm13, %zmm30
	vpaddq	%zmm16, %zmm25, %zmm13
	vpsraq	$63, %zmm13, %zmm31
	vpsllq	$2, %zmm13, %zmm13
	vpandq	%zmm2, %zmm31, %zmm31
	vpaddq	%zmm13, %zmm0, %zmm13
	vpsllq	$2, %zmm31, %zmm15
	vpaddq	%zmm15, %zmm13, %zmm13
	vpxor	%xmm15, %xmm15, %xmm15
	vgatherqps	(,%zmm13), %ymm15 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm13, %xmm13, %xmm13
	vgatherqps	(,%zmm11), %ymm13 {%k1}
	vpaddq	%zmm18, %zmm26, %zmm11
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm11, %zmm17
	vpsllq	$2, %zmm11, %zmm11
	vpandq	%zmm2, %zmm17, %zmm17
	vpaddq	%zmm11, %zmm0, %zmm11
	vpsllq	$2, %zmm17, %zmm17
	vpaddq	%zmm17, %zmm11, %zmm11
	vinsertf64x4	$1, %ymm15, %zmm13, %zmm31
	vpaddq	%zmm18, %zmm25, %zmm13
	vpsraq	$63, %zmm13, %zmm15
	vpsllq	$2, %zmm13, %zmm13
	vpandq	%zmm2, %zmm15, %zmm15
	vpaddq	%zmm13, %zmm0, %zmm13
	vpsllq	$2, %zmm15, %zmm15
	vpaddq	%zmm15, %zmm13, %zmm13
	vpxor	%xmm15, %xmm15, %xmm15
	vgatherqps	(,%zmm13), %ymm15 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm13, %xmm13, %xmm13
	vgatherqps	(,%zmm11), %ymm13 {%k1}
	kxnorb	%k0, %k0, %k1
	vinsertf64x4	$1, %ymm15, %zmm13, %zmm11
	vpaddq	%zmm20, %zmm25, %zmm15
	vpaddq	%zmm20, %zmm26, %zmm13
	vpsraq	$63, %zmm15, %zmm17
	vpsraq	$63, %zmm13, %zmm19
	vpsllq	$2, %zmm15, %zmm15
	vpsllq	$2, %zmm13, %zmm13
	vpandq	%zmm2, %zmm17, %zmm17
	vpandq	%zmm2, %zmm19, %zmm19
	vpaddq	%zmm15, %zmm0, %zmm15
	vpaddq	%zmm13, %zmm0, %zmm13
	vpsllq	$2, %zmm17, %zmm17
	vpsllq	$2, %zmm19, %zmm19
	vpaddq	%zmm17, %zmm15, %zmm15
	vpxord	%xmm17, %xmm17, %xmm17
	vpaddq	%zmm19, %zmm13, %zmm13
	vgatherqps	(,%zmm15), %ymm17 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm15, %xmm15, %xmm15
	vgatherqps	(,%zmm13), %ymm15 {%k1}
	kxnorb	%k0, %k0, %k1
	vinsertf64x4	$1, %ymm17, %zmm15, %zmm13
	vpaddq	%zmm22, %zmm25, %zmm17
	vpaddq	%zmm22, %zmm26, %zmm15
	vpsraq	$63, %zmm17, %zmm19
	vpsraq	$63, %zmm15, %zmm21
	vpsllq	$2, %zmm17, %zmm17
	vpsllq	$2, %zmm15, %zmm15
	vpandq	%zmm2, %zmm19, %zmm19
	vpandq	%zmm2, %zmm21, %zmm21
	vpaddq	%zmm17, %zmm0, %zmm17
	vpaddq	%zmm15, %zmm0, %zmm15
	vpsllq	$2, %zmm19, %zmm19
	vpsllq	$2, %zmm21, %zmm21
	vpaddq	%zmm19, %zmm17, %zmm17
	vpxord	%xmm19, %xmm19, %xmm19
	vpaddq	%zmm21, %zmm15, %zmm15
	vgatherqps	(,%zmm17), %ymm19 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm17, %xmm17, %xmm17
	vgatherqps	(,%zmm15), %ymm17 {%k1}
	kxnorb	%k0, %k0, %k1
	vinsertf64x4	$1, %ymm19, %zmm17, %zmm15
	vpaddq	%zmm24, %zmm25, %zmm19
	vpaddq	%zmm24, %zmm26, %zmm17
	vpsraq	$63, %zmm19, %zmm21
	vpsraq	$63, %zmm17, %zmm23
	vpsllq	$2, %zmm19, %zmm19
	vpsllq	$2, %zmm17, %zmm17
	vpandq	%zmm2, %zmm21, %zmm21
	vpandq	%zmm2, %zmm23, %zmm23
	vpaddq	%zmm19, %zmm0, %zmm19
	vpaddq	%zmm17, %zmm0, %zmm17
	vpsllq	$2, %zmm21, %zmm21
	vpsllq	$2, %zmm23, %zmm23
	vpaddq	%zmm21, %zmm19, %zmm19
	vpxord	%xmm21, %xmm21, %xmm21
	vpaddq	%zmm23, %zmm17, %zmm17
	vgatherqps	(,%zmm19), %ymm21 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm19, %xmm19, %xmm19
	vgatherqps	(,%zmm17), %ymm19 {%k1}
	vinsertf64x4	$1, %ymm21, %zmm19, %zmm17
	vmovups	1200(%rsp), %zmm21
	vfmadd213ps	(%rdx,%rcx,4), %zmm21, %zmm28
	vfmadd231ps	1136(%rsp), %zmm29, %zmm28
	vfmadd231ps	1264(%rsp), %zmm30, %zmm28
	vfmadd231ps	1328(%rsp), %zmm31, %zmm28
	vfmadd231ps	1552(%rsp), %zmm11, %zmm28
	vpbroadcastq	(%rax), %zmm11
	vfmadd231ps	1488(%rsp), %zmm13, %zmm28
	vfmadd231ps	1424(%rsp), %zmm15, %zmm28
	vpaddq	%zmm11, %zmm25, %zmm25
	vpaddq	%zmm11, %zmm26, %zmm26
	vfmadd231ps	%zmm17, %zmm27, %zmm28
	vmovups	%zmm28, (%rdx,%rcx,4)
	addq	$16, %rcx
	cmpq	%rcx, %rsi
	jne	.LBB0_69
	vmovdqa64	%zmm2, %zmm11
	vmovaps	1392(%rsp), %xmm2
	movq	144(%rsp), %rbp
	cmpq	%rsi, %r14
	je	.LBB0_46
	movq	416(%rsp), %r12
	vmovdqa64	%xmm6, %xmm19
	movq	%r12, %rcx
	testb	$12, %r14b
	je	.LBB0_79
.LBB0_72:
	movabsq	$.LCPI0_3, %rdx
	vpbroadcastq	%rcx, %ymm26
	movq	192(%rsp), %rax
	movq	1064(%rsp), %rsi
	vmovdqa64	%xmm19, 1328(%rsp)
	vbroadcastss	%xmm3, %xmm6
	vbroadcastss	%xmm4, %xmm13
	vbroadcastss	%xmm5, %xmm15
	vbroadcastss	%xmm2, %xmm17
	vpbroadcastd	%xmm19, %xmm19
	vbroadcastss	%xmm7, %xmm21
	vbroadcastss	%xmm8, %xmm23
	vbroadcastss	%xmm9, %xmm25
	vpbroadcastq	%rdi, %ymm10
	vpbroadcastq	%rbx, %ymm12
	vpbroadcastq	%r13, %ymm14
	vpbroadcastq	%r10, %ymm16
	vpbroadcastq	%r15, %ymm18
	vpbroadcastq	%r11, %ymm20
	vpbroadcastq	%r9, %ymm24
	vmovaps	%xmm3, 1200(%rsp)
	vmovaps	%xmm4, 1136(%rsp)
	vmovaps	%xmm5, 1264(%rsp)
	vporq	(%rdx), %ymm26, %ymm26
	movq	152(%rsp), %rdx
	vpbroadcastq	%rax, %ymm22
	movabsq	$.LCPI0_4, %rax
	.p2align	4
.LBB0_73:
	vpaddq	%ymm10, %ymm26, %ymm27
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm27, %ymm28
	vpsllq	$2, %ymm27, %ymm27
	vpandq	%ymm11, %ymm28, %ymm28
	vpaddq	%ymm27, %ymm1, %ymm27
	vpsllq	$2, %ymm28, %ymm28
	vpaddq	%ymm28, %ymm27, %ymm28
	vpxord	%xmm27, %xmm27, %xmm27
	vgatherqps	(,%ymm28), %xmm27 {%k1}
	vpaddq	%ymm12, %ymm26, %ymm28
	kxnorw	%k0, %k0, %k1
	vfmadd213ps	(%rdx,%rcx,4), %xmm6, %xmm27
	vpsraq	$63, %ymm28, %ymm29
	vpsllq	$2, %ymm28, %ymm28
	vpandq	%ymm11, %ymm29, %ymm29
	vpaddq	%ymm28, %ymm1, %ymm28
	vpsllq	$2, %ymm29, %ymm29
	vpaddq	%ymm29, %ymm28, %ymm29
	vpxord	%xmm28, %xmm28, %xmm28
	vgatherqps	(,%ymm29), %xmm28 {%k1}
	vpaddq	%ymm14, %ymm26, %ymm29
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm29, %ymm30
	vpsllq	$2, %ymm29, %ymm29
	vpandq	%ymm11, %ymm30, %ymm30
	vpaddq	%ymm29, %ymm1, %ymm29
	vpsllq	$2, %ymm30, %ymm30
	vpaddq	%ymm30, %ymm29, %ymm29
	vpxord	%xmm30, %xmm30, %xmm30
	vgatherqps	(,%ymm29), %xmm30 {%k1}
	vpaddq	%ymm16, %ymm26, %ymm29
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm29, %ymm31
	vpsllq	$2, %ymm29, %ymm29
	vfmadd231ps	%xmm28, %xmm13, %xmm27
	vpandq	%ymm11, %ymm31, %ymm31
	vpaddq	%ymm29, %ymm1, %ymm29
	vpsllq	$2, %ymm31, %ymm31
	vpaddq	%ymm31, %ymm29, %ymm29
	vpxord	%xmm31, %xmm31, %xmm31
	vgatherqps	(,%ymm29), %xmm31 {%k1}
	vpaddq	%ymm18, %ymm26, %ymm29
	kxnorw	%k0, %k0, %k1
	vfmadd231ps	%xmm30, %xmm15, %xmm27
	vpsraq	$63, %ymm29, %ymm2
	vpsllq	$2, %ymm29, %ymm29
	vpand	%ymm2, %ymm11, %ymm2
	vpaddq	%ymm29, %ymm1, %ymm29
	vpsllq	$2, %ymm2, %ymm2
	vpaddq	%ymm2, %ymm29, %ymm2
	vpxord	%xmm29, %xmm29, %xmm29
	vgatherqps	(,%ymm2), %xmm29 {%k1}
	vpaddq	%ymm20, %ymm26, %ymm2
	vfmadd231ps	%xmm31, %xmm17, %xmm27
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm2, %ymm3
	vpsllq	$2, %ymm2, %ymm2
	vpand	%ymm3, %ymm11, %ymm3
	vpaddq	%ymm2, %ymm1, %ymm2
	vpsllq	$2, %ymm3, %ymm3
	vpaddq	%ymm3, %ymm2, %ymm2
	vpxor	%xmm3, %xmm3, %xmm3
	vgatherqps	(,%ymm2), %xmm3 {%k1}
	vpaddq	%ymm22, %ymm26, %ymm2
	vfmadd231ps	%xmm29, %xmm19, %xmm27
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm2, %ymm4
	vpsllq	$2, %ymm2, %ymm2
	vpand	%ymm4, %ymm11, %ymm4
	vpaddq	%ymm2, %ymm1, %ymm2
	vpsllq	$2, %ymm4, %ymm4
	vpaddq	%ymm4, %ymm2, %ymm2
	vpxor	%xmm4, %xmm4, %xmm4
	vgatherqps	(,%ymm2), %xmm4 {%k1}
	vpaddq	%ymm24, %ymm26, %ymm2
	vfmadd231ps	%xmm3, %xmm21, %xmm27
	kxnorw	%k0, %k0, %k1
	vpaddq	(%rax){1to4}, %ymm26, %ymm26
	vpsraq	$63, %ymm2, %ymm5
	vpsllq	$2, %ymm2, %ymm2
	vpand	%ymm5, %ymm11, %ymm5
	vpaddq	%ymm2, %ymm1, %ymm2
	vpsllq	$2, %ymm5, %ymm5
	vpaddq	%ymm5, %ymm2, %ymm2
	vpxor	%xmm5, %xmm5, %xmm5
	vgatherqps	(,%ymm2), %xmm5 {%k1}
	vfmadd231ps	%xmm4, %xmm23, %xmm27
	vfmadd231ps	%xmm5, %xmm25, %xmm27
	vmovups	%xmm27, (%rdx,%rcx,4)
	addq	$4, %rcx
	cmpq	%rcx, %rsi
	jne	.LBB0_73
	vmovaps	1200(%rsp), %xmm3
	vmovaps	1136(%rsp), %xmm4
	vmovaps	1264(%rsp), %xmm5
	vmovaps	1392(%rsp), %xmm2
	vmovdqa64	1328(%rsp), %xmm19
	movq	8(%rsp), %r14
	movq	144(%rsp), %rbp
	movq	%rsi, %r12
	cmpq	%rsi, %r14
	je	.LBB0_46
	jmp	.LBB0_79
.LBB0_75:
	movq	8(%rsp), %r14
	movq	144(%rsp), %rbp
	jmp	.LBB0_77
.LBB0_76:
	movq	8(%rsp), %r14
.LBB0_77:
	xorl	%r12d, %r12d
	movq	104(%rsp), %r9
	movq	96(%rsp), %r11
	movq	168(%rsp), %r15
	movq	64(%rsp), %r10
	movq	32(%rsp), %r13
	movq	48(%rsp), %rbx
.LBB0_79:
	movq	%r12, %rcx
	orq	$1, %rcx
	testb	$1, %r14b
	je	.LBB0_81
	movq	1744(%rsp), %r14
	movq	1752(%rsp), %rsi
	movq	152(%rsp), %r8
	addq	%r12, %rdi
	addq	%r12, %rbx
	addq	%r12, %r13
	addq	%r12, %r10
	addq	%r12, %r15
	addq	%r12, %r11
	addq	%r12, %r9
	movq	144(%rsp), %rbp
	movq	%rdi, %rdx
	leaq	(%r14,%rdx,4), %rax
	sarq	$63, %rdx
	andq	%rsi, %rdx
	vmovss	(%rax,%rdx,4), %xmm10
	leaq	(%r14,%rbx,4), %rax
	sarq	$63, %rbx
	leaq	(%r14,%r13,4), %rdx
	sarq	$63, %r13
	vfmadd213ss	(%r8,%r12,4), %xmm3, %xmm10
	andq	%rsi, %rbx
	andq	%rsi, %r13
	vfmadd231ss	(%rax,%rbx,4), %xmm4, %xmm10
	leaq	(%r14,%r10,4), %rax
	sarq	$63, %r10
	andq	%rsi, %r10
	vfmadd231ss	(%rdx,%r13,4), %xmm5, %xmm10
	leaq	(%r14,%r15,4), %rdx
	sarq	$63, %r15
	andq	%rsi, %r15
	vfmadd231ss	(%rax,%r10,4), %xmm2, %xmm10
	movq	192(%rsp), %r10
	leaq	(%r14,%r11,4), %rax
	sarq	$63, %r11
	andq	%rsi, %r11
	vfmadd231ss	(%rdx,%r15,4), %xmm19, %xmm10
	addq	%r12, %r10
	leaq	(%r14,%r10,4), %rdx
	sarq	$63, %r10
	andq	%rsi, %r10
	vfmadd231ss	(%rax,%r11,4), %xmm7, %xmm10
	leaq	(%r14,%r9,4), %rax
	sarq	$63, %r9
	andq	%rsi, %r9
	vfmadd231ss	(%rdx,%r10,4), %xmm8, %xmm10
	vfmadd231ss	(%rax,%r9,4), %xmm9, %xmm10
	vmovss	%xmm10, (%r8,%r12,4)
	movq	%rcx, %r12
.LBB0_81:
	movq	8(%rsp), %r14
	movq	72(%rsp), %r13
	movq	1096(%rsp), %rdi
	movq	136(%rsp), %rsi
	movq	120(%rsp), %rax
	movq	176(%rsp), %r8
	movq	40(%rsp), %rbx
	movq	200(%rsp), %r10
	movq	128(%rsp), %r9
	movq	56(%rsp), %r11
	cmpq	%rcx, %r14
	je	.LBB0_46
	movq	1072(%rsp), %rcx
	movq	%r8, %rdx
	movq	%rax, %r8
	movq	232(%rsp), %rax
	imulq	%rcx, %rbp
	imulq	%rcx, %rdx
	imulq	%rcx, %rbx
	imulq	%rcx, %r8
	imulq	%rcx, %r11
	imulq	%rcx, %r9
	imulq	%rcx, %r10
	imulq	%rcx, %rsi
	leaq	(%rax,%rbp), %rcx
	leaq	(%rax,%r8), %r15
	movq	%rcx, 1264(%rsp)
	leaq	(%rax,%rdx), %rcx
	movq	%r15, 1200(%rsp)
	leaq	(%rax,%rsi), %r15
	movq	%rcx, 1328(%rsp)
	leaq	(%rax,%rbx), %rcx
	movq	%r15, 1136(%rsp)
	leaq	(%rax,%r9), %r15
	movq	%rcx, 1552(%rsp)
	leaq	(%rax,%r10), %rcx
	addq	%r11, %rax
	movq	%r15, 1424(%rsp)
	movq	328(%rsp), %r15
	movq	%rcx, 1488(%rsp)
	movq	288(%rsp), %rcx
	movq	%rax, 200(%rsp)
	movq	224(%rsp), %rax
	addq	%rcx, %rbx
	addq	%rcx, %r11
	addq	%rcx, %rsi
	addq	%rcx, %rbp
	addq	%rcx, %r8
	addq	%rcx, %rdx
	addq	%rcx, %r9
	movq	%rbx, 40(%rsp)
	movq	%r10, %rbx
	movq	112(%rsp), %r10
	movq	%r11, 56(%rsp)
	movq	312(%rsp), %r11
	movq	%rsi, 136(%rsp)
	movq	280(%rsp), %rsi
	addq	%rcx, %rbx
	movq	%r8, 120(%rsp)
	leaq	(%rax,%r15), %r8
	movq	%r9, 128(%rsp)
	movq	320(%rsp), %r9
	movq	%rbp, 144(%rsp)
	movq	1104(%rsp), %rbp
	movq	%rdx, 176(%rsp)
	movq	%r8, 96(%rsp)
	leaq	(%rax,%r10), %rcx
	leaq	(%rax,%r11), %r8
	addq	%rsi, %r10
	addq	%rsi, %r15
	addq	%rsi, %r11
	movq	%rcx, 192(%rsp)
	movq	160(%rsp), %rcx
	movq	%r8, 320(%rsp)
	movq	1120(%rsp), %r8
	movq	%r10, 112(%rsp)
	movq	1112(%rsp), %r10
	leaq	(%rax,%rcx), %rdx
	addq	%rsi, %rcx
	movq	%rdx, 104(%rsp)
	leaq	(%rax,%r9), %rdx
	movq	%rcx, 160(%rsp)
	leaq	(%rax,%r10), %rcx
	addq	%rsi, %r9
	addq	%rsi, %r10
	movq	%rdx, 328(%rsp)
	leaq	(%rax,%r8), %rdx
	addq	%rsi, %r8
	movq	%rdx, 312(%rsp)
	leaq	(%rax,%rbp), %rdx
	addq	%rsi, %rbp
	movq	144(%rsp), %rsi
	.p2align	4
.LBB0_83:
	movq	192(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1264(%rsp), %rax
	vmovss	(%rax,%r12,4), %xmm10
	movq	104(%rsp), %rax
	vfmadd213ss	-4(%rdi,%r12,4), %xmm3, %xmm10
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1136(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm4, %xmm10
	movq	96(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1200(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm5, %xmm10
	movq	328(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1328(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm2, %xmm10
	movq	320(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1552(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm19, %xmm10
	movq	312(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1488(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm7, %xmm10
	leaq	(%rcx,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	1424(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm8, %xmm10
	leaq	(%rdx,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	200(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm9, %xmm10
	movq	112(%rsp), %rax
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	%rsi, %rax
	vmovss	%xmm10, -4(%rdi,%r12,4)
	vmovss	(%rax,%r12,4), %xmm10
	movq	160(%rsp), %rax
	vfmadd213ss	(%rdi,%r12,4), %xmm3, %xmm10
	addq	%r12, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	136(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm4, %xmm10
	leaq	(%r15,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	120(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm5, %xmm10
	leaq	(%r9,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	176(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm2, %xmm10
	leaq	(%r11,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	40(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm19, %xmm10
	leaq	(%r8,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	%rbx, %rax
	vfmadd231ss	(%rax,%r12,4), %xmm7, %xmm10
	leaq	(%r10,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	128(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm8, %xmm10
	leaq	(%rbp,%r12), %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	56(%rsp), %rax
	vfmadd231ss	(%rax,%r12,4), %xmm9, %xmm10
	vmovss	%xmm10, (%rdi,%r12,4)
	addq	$2, %r12
	cmpq	%r12, %r14
	jne	.LBB0_83
	jmp	.LBB0_46
.LBB0_84:
	movq	8(%rsp), %r14
	movq	104(%rsp), %r9
	movq	96(%rsp), %r11
	movq	168(%rsp), %r15
	movq	64(%rsp), %r10
	movq	32(%rsp), %r13
	xorl	%r12d, %r12d
	jmp	.LBB0_79
.LBB0_85:
	movq	8(%rsp), %r14
	xorl	%r12d, %r12d
	jmp	.LBB0_79
	.p2align	4
.LBB0_86:
	xorl	%esi, %esi
.LBB0_87:
	movq	1816(%rsp), %r15
	movq	1824(%rsp), %r13
	cmpq	%rax, %rsi
	setge	%al
	testq	%r12, %r12
	setle	%cl
	orb	%al, %cl
	je	.LBB0_91
.LBB0_88:
	movq	424(%rsp), %rax
	movq	1776(%rsp), %r12
	movq	248(%rsp), %rbx
	movq	216(%rsp), %r10
	movq	80(%rsp), %r9
	movq	1056(%rsp), %rdx
	movq	1048(%rsp), %rsi
	movq	1040(%rsp), %r14
	movq	264(%rsp), %r11
	movq	256(%rsp), %rdi
	movq	88(%rsp), %r8
	vpxor	%xmm1, %xmm1, %xmm1
	cmpq	1768(%rsp), %rax
	setge	%al
	testq	%r12, %r12
	setle	%cl
	orb	%al, %cl
	jne	.LBB0_23
	cmpq	$8, %r12
	jae	.LBB0_116
	xorl	%eax, %eax
	jmp	.LBB0_134
	.p2align	4
.LBB0_91:
	movq	1024(%rsp), %rdx
	leaq	(,%r12,4), %rax
	movq	296(%rsp), %rcx
	movabsq	$9223372036854775800, %rdi
	movq	%rax, 112(%rsp)
	leaq	(%rdx,%r12), %rax
	leaq	28(%r15,%rdx,4), %r10
	leaq	(%r15,%rax,4), %rax
	movq	%rax, 160(%rsp)
	movq	72(%rsp), %rax
	addq	%rcx, %rax
	leaq	-8(%rdi), %rcx
	movq	%rax, 1200(%rsp)
	leaq	4(%rdi), %rax
	andq	%r12, %rcx
	andq	%r12, %rax
	movq	%rcx, 1136(%rsp)
	movq	%rax, 1264(%rsp)
	jmp	.LBB0_93
	.p2align	4
.LBB0_92:
	movq	176(%rsp), %rsi
	movq	1824(%rsp), %r13
	movq	1816(%rsp), %r15
	movq	1880(%rsp), %rbp
	incq	%rsi
	cmpq	304(%rsp), %rsi
	je	.LBB0_88
.LBB0_93:
	movq	560(%rsp), %rax
	movq	1872(%rsp), %rcx
	movq	%rsi, 176(%rsp)
	addq	%rsi, %rax
	leaq	(%rcx,%rax,8), %rcx
	sarq	$63, %rax
	andq	%rbp, %rax
	movq	(%rcx,%rax,8), %r14
	movq	552(%rsp), %rax
	addq	%r14, %rax
	movq	%r14, %rdx
	imulq	%r12, %rdx
	leaq	(%r15,%rax,4), %rcx
	sarq	$63, %rax
	andq	%r13, %rax
	vmovss	(%rcx,%rax,4), %xmm2
	movq	%rdx, %r15
	cmpq	$4, %r12
	jae	.LBB0_101
.LBB0_94:
	movq	72(%rsp), %rbp
	xorl	%ecx, %ecx
.LBB0_95:
	movq	152(%rsp), %r8
	movl	%r12d, %eax
	subl	%ecx, %eax
	movq	%rcx, %rbx
	andl	$7, %eax
	je	.LBB0_98
	movq	%r14, %rdx
	imulq	112(%rsp), %rdx
	movq	224(%rsp), %rsi
	movq	%rcx, %rbx
	addq	232(%rsp), %rdx
	addq	%r15, %rsi
	.p2align	4
.LBB0_97:
	leaq	(%rsi,%rbx), %rdi
	sarq	$63, %rdi
	andq	%rbp, %rdi
	addq	%rdx, %rdi
	decq	%rax
	vmovss	(%rdi,%rbx,4), %xmm3
	vfmadd213ss	(%r8,%rbx,4), %xmm2, %xmm3
	vmovss	%xmm3, (%r8,%rbx,4)
	leaq	1(%rbx), %rbx
	jne	.LBB0_97
.LBB0_98:
	subq	%r12, %rcx
	cmpq	$-8, %rcx
	ja	.LBB0_92
	movq	%r14, %rdi
	imulq	112(%rsp), %rdi
	movq	232(%rsp), %rax
	movq	288(%rsp), %rsi
	movq	488(%rsp), %rcx
	movq	480(%rsp), %r14
	movq	472(%rsp), %r11
	movq	224(%rsp), %r9
	movq	448(%rsp), %r12
	movq	%r15, %rdx
	leaq	(%r14,%r15), %r13
	movq	456(%rsp), %r14
	leaq	(%r9,%r15), %r9
	leaq	(%rax,%rdi), %rax
	movq	%rax, 136(%rsp)
	leaq	(%rsi,%rdi), %rax
	movq	496(%rsp), %rsi
	movq	%rax, 40(%rsp)
	leaq	(%rcx,%rdi), %rax
	movq	504(%rsp), %rcx
	movq	%rax, 128(%rsp)
	leaq	(%r14,%r15), %r14
	leaq	(%rsi,%rdi), %rax
	movq	512(%rsp), %rsi
	movq	%rax, 56(%rsp)
	leaq	(%rcx,%rdi), %rax
	movq	520(%rsp), %rcx
	movq	%rax, 120(%rsp)
	leaq	(%r11,%r15), %rax
	movq	464(%rsp), %r11
	addq	%rdi, %rsi
	leaq	(%rcx,%rdi), %r8
	movq	280(%rsp), %rcx
	addq	528(%rsp), %rdi
	addq	%r15, %r11
	addq	%r15, %rcx
	leaq	(%r12,%rdx), %r15
	addq	440(%rsp), %rdx
	.p2align	4
.LBB0_100:
	leaq	(%r9,%rbx), %r12
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	136(%rsp), %r12
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%rcx,%rbx), %r12
	vfmadd213ss	-28(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	40(%rsp), %r12
	vmovss	%xmm3, -28(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%r13,%rbx), %r12
	vfmadd213ss	-24(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	128(%rsp), %r12
	vmovss	%xmm3, -24(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%rax,%rbx), %r12
	vfmadd213ss	-20(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	56(%rsp), %r12
	vmovss	%xmm3, -20(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%r11,%rbx), %r12
	vfmadd213ss	-16(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	120(%rsp), %r12
	vmovss	%xmm3, -16(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%r14,%rbx), %r12
	vfmadd213ss	-12(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	%rsi, %r12
	vmovss	%xmm3, -12(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%r15,%rbx), %r12
	vfmadd213ss	-8(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	%r8, %r12
	vmovss	%xmm3, -8(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	leaq	(%rdx,%rbx), %r12
	vfmadd213ss	-4(%r10,%rbx,4), %xmm2, %xmm3
	sarq	$63, %r12
	andq	%rbp, %r12
	addq	%rdi, %r12
	vmovss	%xmm3, -4(%r10,%rbx,4)
	vmovss	(%r12,%rbx,4), %xmm3
	movq	8(%rsp), %r12
	vfmadd213ss	(%r10,%rbx,4), %xmm2, %xmm3
	vmovss	%xmm3, (%r10,%rbx,4)
	addq	$8, %rbx
	cmpq	%rbx, %r12
	jne	.LBB0_100
	jmp	.LBB0_92
	.p2align	4
.LBB0_101:
	movq	544(%rsp), %rax
	movq	1200(%rsp), %rsi
	movq	152(%rsp), %r11
	movq	536(%rsp), %rcx
	movq	296(%rsp), %rdi
	addq	%rdx, %rax
	leaq	(%rsi,%rax,4), %rdx
	movq	1744(%rsp), %rsi
	leaq	(%rcx,%rax,4), %rcx
	leaq	(%rdi,%rax,4), %rdi
	cmpq	%rdx, %r11
	movq	160(%rsp), %rdx
	setb	%r8b
	leaq	(%rsi,%rax,4), %rsi
	cmpq	%rdx, %rcx
	setb	%r9b
	cmpq	%rdi, %r11
	setb	%cl
	cmpq	%rdx, %rsi
	setb	%dl
	testb	%r9b, %r8b
	jne	.LBB0_94
	movq	72(%rsp), %rbp
	andb	%dl, %cl
	movl	$0, %ecx
	jne	.LBB0_95
	cmpq	$16, %r12
	jae	.LBB0_105
	xorl	%edx, %edx
	jmp	.LBB0_109
.LBB0_105:
	movabsq	$.LCPI0_0, %rcx
	movq	152(%rsp), %rsi
	movq	1136(%rsp), %rdi
	vbroadcastss	%xmm2, %zmm3
	vpbroadcastq	%rax, %zmm6
	movabsq	$.LCPI0_2, %rdx
	vmovdqa64	(%rcx), %zmm4
	movabsq	$.LCPI0_1, %rcx
	vmovdqa64	(%rcx), %zmm5
	xorl	%ecx, %ecx
	.p2align	4
.LBB0_106:
	vpaddq	%zmm6, %zmm4, %zmm8
	vpaddq	%zmm6, %zmm5, %zmm7
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm8, %zmm9
	vpsraq	$63, %zmm7, %zmm10
	vpsllq	$2, %zmm8, %zmm8
	vpsllq	$2, %zmm7, %zmm7
	vpandq	%zmm11, %zmm9, %zmm9
	vpandq	%zmm11, %zmm10, %zmm10
	vpaddq	%zmm8, %zmm0, %zmm8
	vpaddq	%zmm7, %zmm0, %zmm7
	vpsllq	$2, %zmm9, %zmm9
	vpsllq	$2, %zmm10, %zmm10
	vpaddq	%zmm9, %zmm8, %zmm8
	vpxor	%xmm9, %xmm9, %xmm9
	vpaddq	%zmm10, %zmm7, %zmm7
	vgatherqps	(,%zmm8), %ymm9 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm8, %xmm8, %xmm8
	vgatherqps	(,%zmm7), %ymm8 {%k1}
	vinsertf64x4	$1, %ymm9, %zmm8, %zmm7
	vfmadd213ps	(%rsi,%rcx,4), %zmm3, %zmm7
	vpbroadcastq	(%rdx), %zmm8
	vpaddq	%zmm8, %zmm4, %zmm4
	vpaddq	%zmm8, %zmm5, %zmm5
	vmovups	%zmm7, (%rsi,%rcx,4)
	addq	$16, %rcx
	cmpq	%rcx, %rdi
	jne	.LBB0_106
	movq	72(%rsp), %rbp
	cmpq	%rdi, %r12
	je	.LBB0_92
	movq	1136(%rsp), %rcx
	movq	%rcx, %rdx
	testb	$12, %r12b
	je	.LBB0_95
.LBB0_109:
	movabsq	$.LCPI0_3, %rcx
	vpbroadcastq	%rdx, %ymm5
	movq	1264(%rsp), %rsi
	vbroadcastss	%xmm2, %xmm3
	vpbroadcastq	%rax, %ymm4
	movabsq	$.LCPI0_4, %rax
	vpor	(%rcx), %ymm5, %ymm5
	movq	152(%rsp), %rcx
	.p2align	4
.LBB0_110:
	vpaddq	%ymm4, %ymm5, %ymm6
	kxnorw	%k0, %k0, %k1
	vpaddq	(%rax){1to4}, %ymm5, %ymm5
	vpsraq	$63, %ymm6, %ymm7
	vpsllq	$2, %ymm6, %ymm6
	vpand	%ymm7, %ymm11, %ymm7
	vpaddq	%ymm6, %ymm1, %ymm6
	vpsllq	$2, %ymm7, %ymm7
	vpaddq	%ymm7, %ymm6, %ymm6
	vpxor	%xmm7, %xmm7, %xmm7
	vgatherqps	(,%ymm6), %xmm7 {%k1}
	vfmadd213ps	(%rcx,%rdx,4), %xmm3, %xmm7
	vmovups	%xmm7, (%rcx,%rdx,4)
	addq	$4, %rdx
	cmpq	%rdx, %rsi
	jne	.LBB0_110
	movq	72(%rsp), %rbp
	movq	%rsi, %rcx
	cmpq	%rsi, %r12
	je	.LBB0_92
	jmp	.LBB0_95
	.p2align	4
.LBB0_112:
	addq	%r10, %rax
	movq	%rbx, %rcx
	leaq	(%rdi,%rax,4), %rax
	subq	%rax, %rcx
	cmpq	$64, %rcx
	jb	.LBB0_37
	leaq	(%rdi,%r10,4), %rax
	movq	%rbx, %rdx
	movl	$0, %ecx
	subq	%rax, %rdx
	cmpq	$64, %rdx
	jb	.LBB0_38
	cmpq	$16, %r12
	jae	.LBB0_125
	xorl	%ecx, %ecx
	jmp	.LBB0_129
	.p2align	4
.LBB0_116:
	cmpq	$64, %r12
	jae	.LBB0_118
	xorl	%ecx, %ecx
	jmp	.LBB0_122
.LBB0_118:
	movq	360(%rsp), %rcx
	xorl	%eax, %eax
	vpxor	%xmm0, %xmm0, %xmm0
	.p2align	4
.LBB0_119:
	vcmpgeps	-192(%rsi,%rax,4), %zmm0, %k1
	vcmpgeps	-128(%rsi,%rax,4), %zmm0, %k2
	vcmpgeps	-64(%rsi,%rax,4), %zmm0, %k3
	vcmpgeps	(%rsi,%rax,4), %zmm0, %k4
	vmovups	%zmm0, -192(%rsi,%rax,4) {%k1}
	vmovups	%zmm0, -128(%rsi,%rax,4) {%k2}
	vmovups	%zmm0, -64(%rsi,%rax,4) {%k3}
	vmovups	%zmm0, (%rsi,%rax,4) {%k4}
	addq	$64, %rax
	cmpq	%rax, %rcx
	jne	.LBB0_119
	cmpq	%rcx, %r12
	je	.LBB0_23
	movq	360(%rsp), %rax
	movq	%rax, %rcx
	testb	$56, %r12b
	je	.LBB0_134
.LBB0_122:
	movq	368(%rsp), %rax
	vxorps	%xmm0, %xmm0, %xmm0
	.p2align	4
.LBB0_123:
	vcmpgeps	(%rdx,%rcx,4), %ymm0, %k1
	vmovups	%ymm0, (%rdx,%rcx,4) {%k1}
	addq	$8, %rcx
	cmpq	%rcx, %rax
	jne	.LBB0_123
	jmp	.LBB0_135
.LBB0_125:
	movabsq	$9223372036854775800, %rax
	vpbroadcastq	%r10, %zmm4
	movabsq	$.LCPI0_2, %rdx
	leaq	-8(%rax), %rcx
	movabsq	$.LCPI0_0, %rax
	vmovdqa64	(%rax), %zmm2
	movabsq	$.LCPI0_1, %rax
	andq	%r12, %rcx
	vmovdqa64	(%rax), %zmm3
	xorl	%eax, %eax
	.p2align	4
.LBB0_126:
	vpaddq	%zmm4, %zmm2, %zmm6
	vpaddq	%zmm4, %zmm3, %zmm5
	kxnorb	%k0, %k0, %k1
	vpsraq	$63, %zmm6, %zmm7
	vpsraq	$63, %zmm5, %zmm8
	vpsllq	$2, %zmm6, %zmm6
	vpsllq	$2, %zmm5, %zmm5
	vpandq	%zmm11, %zmm7, %zmm7
	vpandq	%zmm11, %zmm8, %zmm8
	vpaddq	%zmm6, %zmm0, %zmm6
	vpaddq	%zmm5, %zmm0, %zmm5
	vpsllq	$2, %zmm7, %zmm7
	vpsllq	$2, %zmm8, %zmm8
	vpaddq	%zmm7, %zmm6, %zmm6
	vpxor	%xmm7, %xmm7, %xmm7
	vpaddq	%zmm8, %zmm5, %zmm5
	vgatherqps	(,%zmm6), %ymm7 {%k1}
	kxnorb	%k0, %k0, %k1
	vxorps	%xmm6, %xmm6, %xmm6
	vgatherqps	(,%zmm5), %ymm6 {%k1}
	vinsertf64x4	$1, %ymm7, %zmm6, %zmm5
	vpbroadcastq	(%rdx), %zmm6
	vmovups	%zmm5, (%rbx,%rax,4)
	addq	$16, %rax
	vpaddq	%zmm6, %zmm2, %zmm2
	vpaddq	%zmm6, %zmm3, %zmm3
	cmpq	%rax, %rcx
	jne	.LBB0_126
	cmpq	%rcx, %r12
	je	.LBB0_44
	testb	$12, %r12b
	je	.LBB0_38
.LBB0_129:
	movabsq	$.LCPI0_3, %rdx
	movq	%rcx, %rax
	vpbroadcastq	%rax, %ymm3
	movabsq	$9223372036854775800, %rcx
	vpbroadcastq	%r10, %ymm2
	vpor	(%rdx), %ymm3, %ymm3
	addq	$4, %rcx
	andq	%r12, %rcx
	.p2align	4
.LBB0_130:
	vpaddq	%ymm2, %ymm3, %ymm4
	vpaddq	(%rsi){1to4}, %ymm3, %ymm3
	kxnorw	%k0, %k0, %k1
	vpsraq	$63, %ymm4, %ymm5
	vpsllq	$2, %ymm4, %ymm4
	vpand	%ymm5, %ymm11, %ymm5
	vpaddq	%ymm4, %ymm1, %ymm4
	vpsllq	$2, %ymm5, %ymm5
	vpaddq	%ymm5, %ymm4, %ymm4
	vpxor	%xmm5, %xmm5, %xmm5
	vgatherqps	(,%ymm4), %xmm5 {%k1}
	vmovups	%xmm5, (%rbx,%rax,4)
	addq	$4, %rax
	cmpq	%rax, %rcx
	jne	.LBB0_130
	cmpq	%rcx, %r12
	jne	.LBB0_38
	jmp	.LBB0_44
.LBB0_132:
	xorl	%r13d, %r13d
	jmp	.LBB0_34
.LBB0_133:
	movq	%rdx, %r13
	jmp	.LBB0_35
	.p2align	4
.LBB0_134:
	vmovss	(%rdx,%rax,4), %xmm0
	vcmpless	%xmm1, %xmm0, %k1
	vmovss	%xmm1, %xmm0, %xmm0 {%k1}
	vmovss	%xmm0, (%rdx,%rax,4)
	incq	%rax
.LBB0_135:
	cmpq	%rax, %r12
	jne	.LBB0_134
	jmp	.LBB0_23
	.p2align	4
.LBB0_136:
	movq	936(%rsp), %rax
	movq	928(%rsp), %rcx
	vmovss	(%rcx,%rax,4), %xmm0
	movabsq	$expf, %rax
	vxorps	1408(%rsp), %xmm0, %xmm0
	vzeroupper
	callq	*%rax
	movq	920(%rsp), %rax
	movq	792(%rsp), %rdx
	movq	904(%rsp), %rcx
	vmovss	340(%rsp), %xmm1
	movq	2000(%rsp), %rsi
	movq	216(%rsp), %r10
	movq	768(%rsp), %rbp
	movq	752(%rsp), %rdi
	movq	1768(%rsp), %r13
	movq	744(%rsp), %r8
	movl	$0, (%rdx,%rax,4)
	movl	$0, 4(%rdx,%rcx,4)
	movq	896(%rsp), %rcx
	vaddss	%xmm1, %xmm0, %xmm0
	movl	$0, 8(%rdx,%rcx,4)
	movq	888(%rsp), %rcx
	vdivss	%xmm0, %xmm1, %xmm0
	movl	$0, 12(%rdx,%rcx,4)
	movq	880(%rsp), %rcx
	movl	$0, 16(%rdx,%rcx,4)
	movq	872(%rsp), %rcx
	movl	$0, 20(%rdx,%rcx,4)
	movq	864(%rsp), %rcx
	movl	$0, 24(%rdx,%rcx,4)
	movq	856(%rsp), %rcx
	movl	$0, 28(%rdx,%rcx,4)
	movq	848(%rsp), %rcx
	movl	$0, 32(%rdx,%rcx,4)
	movq	840(%rsp), %rcx
	movl	$0, 36(%rdx,%rcx,4)
	movq	832(%rsp), %rcx
	movl	$0, 40(%rdx,%rcx,4)
	movq	824(%rsp), %rcx
	movl	$0, 44(%rdx,%rcx,4)
	movq	816(%rsp), %rcx
	movl	$0, 48(%rdx,%rcx,4)
	movq	808(%rsp), %rcx
	movl	$0, 52(%rdx,%rcx,4)
	movq	800(%rsp), %rcx
	movl	$0, 56(%rdx,%rcx,4)
	movq	784(%rsp), %rcx
	movl	$0, 60(%rdx,%rcx,4)
	movq	208(%rsp), %rcx
	vsubss	(%rsi,%rcx,4), %xmm0, %xmm0
	movq	760(%rsp), %rcx
	movq	736(%rsp), %rsi
	vmovss	%xmm0, (%rdx,%rax,4)
	movq	728(%rsp), %rdx
	cmpq	%r8, 912(%rsp)
	jb	.LBB0_138
	jmp	.LBB0_2
	.p2align	4
.LBB0_137:
	movabsq	$NRT_decref, %r14
	movq	%r13, %rdi
	callq	*%r14
	movq	248(%rsp), %rbx
	movq	%rbx, %rdi
	callq	*%r14
	movq	1264(%rsp), %r12
	movq	%r13, %rdi
	decq	%r12
	callq	*%r14
	movq	%rbx, %rdi
	callq	*%r14
	movq	1200(%rsp), %rsi
	movq	160(%rsp), %rdx
	movq	%r12, %r13
	movq	1776(%rsp), %r12
	movq	216(%rsp), %r10
	movq	112(%rsp), %rcx
	movq	1136(%rsp), %rdi
	addq	992(%rsp), %rsi
	addq	984(%rsp), %rdx
	subq	%r12, %rbp
	subq	%r10, %rcx
	decq	%rdi
	jle	.LBB0_2
.LBB0_138:
	cmpq	1768(%rsp), %r13
	movl	$16, %r14d
	movabsq	$NRT_incref, %r15
	movq	%rbp, 1328(%rsp)
	movq	%rdi, 1136(%rsp)
	movq	%rbx, %rdi
	movq	%rsi, 1200(%rsp)
	movq	%rdx, 160(%rsp)
	movq	%rcx, 112(%rsp)
	movq	%r12, %rbp
	cmovlq	%r12, %r14
	movq	%r13, %r12
	imulq	%r10, %r12
	callq	*%r15
	movq	976(%rsp), %rax
	movq	%r13, %r15
	imulq	%rbp, %r15
	leaq	(%rax,%r13), %rbx
	movabsq	$NRT_incref, %rax
	imulq	%rbp, %rbx
	movq	1784(%rsp), %rbp
	movq	%rbp, %rdi
	callq	*%rax
	movq	1000(%rsp), %rax
	movq	%r15, 128(%rsp)
	testq	%r13, %r13
	movq	$-1, %rcx
	movq	%r13, 1264(%rsp)
	movq	248(%rsp), %rdi
	leaq	(%r15,%rax), %r15
	movq	1872(%rsp), %rax
	cmovleq	%rcx, %r15
	imulq	240(%rsp), %r13
	leaq	1(%r13), %rcx
	movq	%rcx, 136(%rsp)
	leaq	(%rax,%r13,8), %rcx
	sarq	$63, %r13
	andq	1880(%rsp), %r13
	movq	(%rcx,%r13,8), %rax
	movabsq	$NRT_incref, %r13
	movq	%rax, 8(%rsp)
	callq	*%r13
	movq	%rbp, %rdi
	callq	*%r13
	movq	1840(%rsp), %rdi
	callq	*%r13
	movq	%r15, 40(%rsp)
	testq	%r15, %r15
	js	.LBB0_171
	cmpq	$0, 1776(%rsp)
	movq	1824(%rsp), %r13
	movq	1816(%rsp), %r15
	jle	.LBB0_141
	movq	40(%rsp), %rax
	movq	408(%rsp), %rdx
	xorl	%esi, %esi
	leaq	(%r15,%rax,4), %rdi
	movabsq	$memset, %rax
	callq	*%rax
.LBB0_141:
	movq	1328(%rsp), %rbp
	movq	%rbx, %rax
	sarq	$63, %rax
	andq	%r13, %rax
	addq	%rbx, %rax
	movq	%rax, %rcx
	js	.LBB0_202
	vmovss	188(%rsp), %xmm14
	vxorps	%xmm15, %xmm15, %xmm15
	cmpq	%r13, %rax
	jge	.LBB0_203
.LBB0_143:
	cmpq	$0, 8(%rsp)
	jle	.LBB0_204
.LBB0_144:
	movq	1744(%rsp), %rdx
	movq	376(%rsp), %rdi
	movq	%r14, %rsi
	andq	384(%rsp), %rsi
	leaq	(%r15,%rcx,4), %rax
	movq	%r14, %r8
	xorl	%r10d, %r10d
	leaq	(%rdx,%r14,4), %rdx
	leaq	(%rdi,%rcx,4), %r9
	movq	%rdx, 176(%rsp)
	leaq	(%rcx,%r14), %rdx
	leaq	(%r15,%rdx,4), %rdx
	movq	%rdx, 120(%rsp)
	movabsq	$9223372036854775800, %rdx
	andq	%rdx, %r8
	movl	%r14d, %edx
	andl	$7, %edx
	movq	%rdx, 56(%rsp)
	jmp	.LBB0_147
	.p2align	4
.LBB0_145:
	vxorps	%xmm1, %xmm1, %xmm1
.LBB0_146:
	addq	40(%rsp), %r11
	movq	1824(%rsp), %r13
	incq	%r10
	leaq	(%r15,%r11,4), %rcx
	sarq	$63, %r11
	andq	%r13, %r11
	vmovss	%xmm1, (%rcx,%r11,4)
	cmpq	8(%rsp), %r10
	je	.LBB0_204
.LBB0_147:
	movq	136(%rsp), %rcx
	movq	1872(%rsp), %rdx
	movq	1752(%rsp), %rdi
	addq	%r10, %rcx
	leaq	(%rdx,%rcx,8), %rdx
	sarq	$63, %rcx
	andq	1880(%rsp), %rcx
	movq	(%rdx,%rcx,8), %r11
	movq	%r11, %rcx
	imulq	%r14, %rcx
	addq	%r14, %rcx
	addq	%r12, %rcx
	movq	%rcx, %rdx
	sarq	$63, %rdx
	andq	%rdi, %rdx
	addq	%rcx, %rdx
	movq	%rdx, %rcx
	js	.LBB0_169
	cmpq	%rdi, %rdx
	jge	.LBB0_170
.LBB0_149:
	testq	%r14, %r14
	jle	.LBB0_145
.LBB0_150:
	movq	128(%rsp), %rdx
	vxorps	%xmm1, %xmm1, %xmm1
	leaq	(%r11,%rdx), %rdi
	movq	1744(%rsp), %rdx
	leaq	(%r15,%rdi,4), %r15
	sarq	$63, %rdi
	andq	%r13, %rdi
	vmulss	(%r15,%rdi,4), %xmm14, %xmm0
	leaq	(%rdx,%rcx,4), %rdx
	cmpq	$8, %r14
	jb	.LBB0_151
	movq	1816(%rsp), %r15
	cmpq	120(%rsp), %rdx
	jae	.LBB0_155
	movq	176(%rsp), %rdi
	leaq	(%rdi,%rcx,4), %rdi
	cmpq	%rdi, %rax
	jae	.LBB0_155
.LBB0_151:
	xorl	%edi, %edi
.LBB0_164:
	movq	56(%rsp), %r15
	movq	%rdi, %r13
	testq	%r15, %r15
	je	.LBB0_166
	.p2align	4
.LBB0_165:
	vmovss	(%rdx,%r13,4), %xmm2
	vmovss	(%rax,%r13,4), %xmm3
	decq	%r15
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, (%rdx,%r13,4)
	leaq	1(%r13), %r13
	jne	.LBB0_165
.LBB0_166:
	movq	1816(%rsp), %r15
	subq	%r14, %rdi
	cmpq	$-8, %rdi
	ja	.LBB0_146
	movq	432(%rsp), %rdx
	leaq	(%rdx,%rcx,4), %rcx
	.p2align	4
.LBB0_168:
	vmovss	(%rax,%r13,4), %xmm2
	vmovss	-28(%rcx,%r13,4), %xmm3
	vmovss	-24(%rcx,%r13,4), %xmm4
	vfmadd231ss	%xmm3, %xmm2, %xmm1
	vfmadd213ss	%xmm3, %xmm0, %xmm2
	vmovss	%xmm2, -28(%rcx,%r13,4)
	vmovss	4(%rax,%r13,4), %xmm2
	vfmadd231ss	%xmm4, %xmm2, %xmm1
	vfmadd213ss	%xmm4, %xmm0, %xmm2
	vmovss	%xmm2, -24(%rcx,%r13,4)
	vmovss	-20(%rcx,%r13,4), %xmm2
	vmovss	8(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, -20(%rcx,%r13,4)
	vmovss	-16(%rcx,%r13,4), %xmm2
	vmovss	12(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, -16(%rcx,%r13,4)
	vmovss	-12(%rcx,%r13,4), %xmm2
	vmovss	16(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, -12(%rcx,%r13,4)
	vmovss	-8(%rcx,%r13,4), %xmm2
	vmovss	20(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, -8(%rcx,%r13,4)
	vmovss	-4(%rcx,%r13,4), %xmm2
	vmovss	24(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, -4(%rcx,%r13,4)
	vmovss	(%rcx,%r13,4), %xmm2
	vmovss	28(%rax,%r13,4), %xmm3
	vfmadd231ss	%xmm2, %xmm3, %xmm1
	vfmadd213ss	%xmm2, %xmm0, %xmm3
	vmovss	%xmm3, (%rcx,%r13,4)
	addq	$8, %r13
	cmpq	%r13, %r14
	jne	.LBB0_168
	jmp	.LBB0_146
.LBB0_155:
	cmpq	$64, %r14
	jae	.LBB0_157
	xorl	%r13d, %r13d
	jmp	.LBB0_161
.LBB0_157:
	leaq	(,%rcx,4), %r13
	addq	400(%rsp), %r13
	vbroadcastss	%xmm0, %zmm1
	vpxor	%xmm2, %xmm2, %xmm2
	xorl	%edi, %edi
	vpxor	%xmm3, %xmm3, %xmm3
	vpxor	%xmm4, %xmm4, %xmm4
	vxorps	%xmm5, %xmm5, %xmm5
	.p2align	4
.LBB0_158:
	vmovups	-192(%r13,%rdi,4), %zmm6
	vmovups	-192(%r9,%rdi,4), %zmm10
	vmovups	-128(%r13,%rdi,4), %zmm7
	vmovups	-128(%r9,%rdi,4), %zmm11
	vmovups	-64(%r13,%rdi,4), %zmm8
	vmovups	-64(%r9,%rdi,4), %zmm12
	vmovups	(%r13,%rdi,4), %zmm9
	vmovups	(%r9,%rdi,4), %zmm13
	vfmadd231ps	%zmm6, %zmm10, %zmm2
	vfmadd231ps	%zmm7, %zmm11, %zmm3
	vfmadd231ps	%zmm8, %zmm12, %zmm4
	vfmadd231ps	%zmm9, %zmm13, %zmm5
	vfmadd213ps	%zmm6, %zmm1, %zmm10
	vfmadd213ps	%zmm7, %zmm1, %zmm11
	vfmadd213ps	%zmm8, %zmm1, %zmm12
	vfmadd213ps	%zmm9, %zmm1, %zmm13
	vmovups	%zmm10, -192(%r13,%rdi,4)
	vmovups	%zmm11, -128(%r13,%rdi,4)
	vmovups	%zmm12, -64(%r13,%rdi,4)
	vmovups	%zmm13, (%r13,%rdi,4)
	addq	$64, %rdi
	cmpq	%rdi, %rsi
	jne	.LBB0_158
	vaddps	%zmm2, %zmm3, %zmm1
	vaddps	%zmm5, %zmm4, %zmm3
	vaddps	%zmm3, %zmm1, %zmm1
	vextractf64x4	$1, %zmm1, %ymm2
	vaddps	%zmm1, %zmm2, %zmm1
	vextractf128	$1, %ymm1, %xmm2
	vaddps	%xmm1, %xmm2, %xmm1
	vshufpd	$1, %xmm1, %xmm1, %xmm2
	vaddps	%xmm1, %xmm2, %xmm1
	vmovshdup	%xmm1, %xmm2
	vaddss	%xmm1, %xmm2, %xmm1
	cmpq	%rsi, %r14
	je	.LBB0_146
	movq	%rsi, %r13
	movq	%rsi, %rdi
	testb	$56, %r14b
	je	.LBB0_164
.LBB0_161:
	vbroadcastss	%xmm0, %ymm2
	vmovss	%xmm1, %xmm15, %xmm1
	.p2align	4
.LBB0_162:
	vmovups	(%rdx,%r13,4), %ymm3
	vmovups	(%rax,%r13,4), %ymm4
	vfmadd231ps	%ymm3, %ymm4, %ymm1
	vfmadd213ps	%ymm3, %ymm2, %ymm4
	vmovups	%ymm4, (%rdx,%r13,4)
	addq	$8, %r13
	cmpq	%r13, %r8
	jne	.LBB0_162
	vextractf128	$1, %ymm1, %xmm2
	movq	%r8, %rdi
	vaddps	%xmm1, %xmm2, %xmm1
	vshufpd	$1, %xmm1, %xmm1, %xmm2
	vaddps	%xmm1, %xmm2, %xmm1
	vmovshdup	%xmm1, %xmm2
	vaddss	%xmm1, %xmm2, %xmm1
	cmpq	%r8, %r14
	je	.LBB0_146
	jmp	.LBB0_164
.LBB0_169:
	xorl	%ecx, %ecx
	cmpq	%rdi, %rdx
	jl	.LBB0_149
.LBB0_170:
	movq	%rdi, %rcx
	testq	%r14, %r14
	jg	.LBB0_150
	jmp	.LBB0_145
	.p2align	4
.LBB0_171:
	movq	1824(%rsp), %rcx
	movq	%rbx, %rax
	sarq	$63, %rax
	andq	%rcx, %rax
	addq	%rbx, %rax
	movq	%rax, %r13
	js	.LBB0_213
	movq	1784(%rsp), %r15
	movq	1328(%rsp), %rbp
	cmpq	%rcx, %rax
	jge	.LBB0_214
.LBB0_173:
	movabsq	$NRT_incref, %rax
	movq	%r15, %rdi
	callq	*%rax
	movq	1840(%rsp), %rdi
	cmpq	$0, 8(%rsp)
	jle	.LBB0_205
	movq	1744(%rsp), %rcx
	vmovss	188(%rsp), %xmm6
	movq	1816(%rsp), %rdx
	movq	376(%rsp), %rdi
	movq	%r14, %rsi
	andq	384(%rsp), %rsi
	movabsq	$9223372036854775800, %r8
	xorl	%r10d, %r10d
	leaq	(%rcx,%r14,4), %rcx
	leaq	(%rdx,%r13,4), %rax
	leaq	(%rdi,%r13,4), %r9
	movq	%rcx, 56(%rsp)
	leaq	(%r13,%r14), %rcx
	leaq	(%rdx,%rcx,4), %rcx
	movq	%r14, %rdx
	andq	%r8, %rdx
	movl	%r14d, %r8d
	andl	$7, %r8d
	movq	%rcx, 40(%rsp)
	jmp	.LBB0_176
	.p2align	4
.LBB0_175:
	incq	%r10
	cmpq	8(%rsp), %r10
	je	.LBB0_201
.LBB0_176:
	movq	136(%rsp), %rcx
	movq	1872(%rsp), %rdi
	movq	1752(%rsp), %r15
	addq	%r10, %rcx
	leaq	(%rdi,%rcx,8), %rdi
	sarq	$63, %rcx
	andq	1880(%rsp), %rcx
	movq	(%rdi,%rcx,8), %rdi
	movq	%rdi, %r11
	imulq	%r14, %r11
	addq	%r14, %r11
	addq	%r12, %r11
	movq	%r11, %rcx
	sarq	$63, %rcx
	andq	%r15, %rcx
	addq	%r11, %rcx
	movq	%rcx, %r11
	js	.LBB0_199
	cmpq	%r15, %rcx
	jge	.LBB0_200
.LBB0_178:
	testq	%r14, %r14
	jle	.LBB0_175
.LBB0_179:
	addq	128(%rsp), %rdi
	movq	1816(%rsp), %rcx
	leaq	(%rcx,%rdi,4), %r15
	sarq	$63, %rdi
	andq	1824(%rsp), %rdi
	movq	1744(%rsp), %rcx
	vmulss	(%r15,%rdi,4), %xmm6, %xmm0
	leaq	(%rcx,%r11,4), %rcx
	cmpq	$8, %r14
	jb	.LBB0_180
	cmpq	40(%rsp), %rcx
	jae	.LBB0_184
	movq	56(%rsp), %rdi
	leaq	(%rdi,%r11,4), %rdi
	cmpq	%rdi, %rax
	jae	.LBB0_184
.LBB0_180:
	xorl	%edi, %edi
.LBB0_193:
	movq	%rdi, %r13
	testq	%r8, %r8
	je	.LBB0_196
	movq	%r8, %r15
	movq	%rdi, %r13
	.p2align	4
.LBB0_195:
	vmovss	(%rax,%r13,4), %xmm1
	decq	%r15
	vfmadd213ss	(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, (%rcx,%r13,4)
	leaq	1(%r13), %r13
	jne	.LBB0_195
.LBB0_196:
	subq	%r14, %rdi
	cmpq	$-8, %rdi
	ja	.LBB0_175
	movq	432(%rsp), %rcx
	leaq	(%rcx,%r11,4), %rcx
	.p2align	4
.LBB0_198:
	vmovss	(%rax,%r13,4), %xmm1
	vfmadd213ss	-28(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -28(%rcx,%r13,4)
	vmovss	4(%rax,%r13,4), %xmm1
	vfmadd213ss	-24(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -24(%rcx,%r13,4)
	vmovss	8(%rax,%r13,4), %xmm1
	vfmadd213ss	-20(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -20(%rcx,%r13,4)
	vmovss	12(%rax,%r13,4), %xmm1
	vfmadd213ss	-16(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -16(%rcx,%r13,4)
	vmovss	16(%rax,%r13,4), %xmm1
	vfmadd213ss	-12(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -12(%rcx,%r13,4)
	vmovss	20(%rax,%r13,4), %xmm1
	vfmadd213ss	-8(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -8(%rcx,%r13,4)
	vmovss	24(%rax,%r13,4), %xmm1
	vfmadd213ss	-4(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, -4(%rcx,%r13,4)
	vmovss	28(%rax,%r13,4), %xmm1
	vfmadd213ss	(%rcx,%r13,4), %xmm0, %xmm1
	vmovss	%xmm1, (%rcx,%r13,4)
	addq	$8, %r13
	cmpq	%r13, %r14
	jne	.LBB0_198
	jmp	.LBB0_175
.LBB0_184:
	cmpq	$64, %r14
	jae	.LBB0_186
	xorl	%r15d, %r15d
	jmp	.LBB0_190
.LBB0_186:
	leaq	(,%r11,4), %rdi
	addq	400(%rsp), %rdi
	vbroadcastss	%xmm0, %zmm1
	xorl	%r15d, %r15d
	.p2align	4
.LBB0_187:
	vmovups	-192(%r9,%r15,4), %zmm2
	vmovups	-128(%r9,%r15,4), %zmm3
	vmovups	-64(%r9,%r15,4), %zmm4
	vmovups	(%r9,%r15,4), %zmm5
	vfmadd213ps	-192(%rdi,%r15,4), %zmm1, %zmm2
	vfmadd213ps	-128(%rdi,%r15,4), %zmm1, %zmm3
	vfmadd213ps	-64(%rdi,%r15,4), %zmm1, %zmm4
	vfmadd213ps	(%rdi,%r15,4), %zmm1, %zmm5
	vmovups	%zmm2, -192(%rdi,%r15,4)
	vmovups	%zmm3, -128(%rdi,%r15,4)
	vmovups	%zmm4, -64(%rdi,%r15,4)
	vmovups	%zmm5, (%rdi,%r15,4)
	addq	$64, %r15
	cmpq	%r15, %rsi
	jne	.LBB0_187
	cmpq	%rsi, %r14
	je	.LBB0_175
	movq	%rsi, %r15
	movq	%rsi, %rdi
	testb	$56, %r14b
	je	.LBB0_193
.LBB0_190:
	vbroadcastss	%xmm0, %ymm1
	.p2align	4
.LBB0_191:
	vmovups	(%rax,%r15,4), %ymm2
	vfmadd213ps	(%rcx,%r15,4), %ymm1, %ymm2
	vmovups	%ymm2, (%rcx,%r15,4)
	addq	$8, %r15
	cmpq	%r15, %rdx
	jne	.LBB0_191
	movq	%rdx, %rdi
	cmpq	%rdx, %r14
	je	.LBB0_175
	jmp	.LBB0_193
.LBB0_199:
	xorl	%r11d, %r11d
	cmpq	%r15, %rcx
	jl	.LBB0_178
.LBB0_200:
	movq	1752(%rsp), %r11
	testq	%r14, %r14
	jg	.LBB0_179
	jmp	.LBB0_175
	.p2align	4
.LBB0_201:
	movq	1840(%rsp), %rdi
	movq	1784(%rsp), %r15
	jmp	.LBB0_205
.LBB0_202:
	xorl	%ecx, %ecx
	vmovss	188(%rsp), %xmm14
	vxorps	%xmm15, %xmm15, %xmm15
	cmpq	%r13, %rax
	jl	.LBB0_143
.LBB0_203:
	movq	%r13, %rcx
	cmpq	$0, 8(%rsp)
	jg	.LBB0_144
	.p2align	4
.LBB0_204:
	movq	1840(%rsp), %rdi
	movabsq	$NRT_decref, %rax
	vzeroupper
	callq	*%rax
	xorl	%edi, %edi
	xorl	%r15d, %r15d
.LBB0_205:
	movq	%r15, %r13
	movabsq	$NRT_decref, %r15
	vzeroupper
	callq	*%r15
	movq	%r13, %rdi
	callq	*%r15
	vmovss	188(%rsp), %xmm1
	movq	1784(%rsp), %r13
	movq	1816(%rsp), %r15
	movq	1744(%rsp), %rdi
	movq	80(%rsp), %r8
	movq	72(%rsp), %r9
	testq	%r14, %r14
	jle	.LBB0_137
	movl	%r14d, %eax
	andl	$7, %eax
	cmpq	$8, %r14
	jae	.LBB0_208
	xorl	%r14d, %r14d
	jmp	.LBB0_211
	.p2align	4
.LBB0_208:
	movq	112(%rsp), %r10
	movq	160(%rsp), %r11
	movq	1200(%rsp), %r13
	movabsq	$9223372036854775800, %rcx
	andq	%rcx, %r14
	xorl	%ecx, %ecx
	.p2align	4
.LBB0_209:
	leaq	(%rbp,%rcx), %rsi
	leaq	(%r10,%rcx), %rdx
	sarq	$63, %rsi
	sarq	$63, %rdx
	andq	%r8, %rsi
	andq	%r9, %rdx
	addq	%r13, %rsi
	addq	%r11, %rdx
	vmovss	(%rsi,%rcx,4), %xmm0
	leaq	1(%rbp,%rcx), %rsi
	vfmadd213ss	(%rdx,%rcx,4), %xmm1, %xmm0
	sarq	$63, %rsi
	andq	%r8, %rsi
	addq	%r13, %rsi
	vmovss	%xmm0, (%rdx,%rcx,4)
	leaq	1(%r10,%rcx), %rdx
	vmovss	4(%rsi,%rcx,4), %xmm0
	leaq	2(%rbp,%rcx), %rsi
	sarq	$63, %rdx
	andq	%r9, %rdx
	sarq	$63, %rsi
	addq	%r11, %rdx
	andq	%r8, %rsi
	vfmadd213ss	4(%rdx,%rcx,4), %xmm1, %xmm0
	addq	%r13, %rsi
	vmovss	%xmm0, 4(%rdx,%rcx,4)
	leaq	2(%r10,%rcx), %rdx
	vmovss	8(%rsi,%rcx,4), %xmm0
	leaq	3(%rbp,%rcx), %rsi
	sarq	$63, %rdx
	andq	%r9, %rdx
	sarq	$63, %rsi
	addq	%r11, %rdx
	andq	%r8, %rsi
	vfmadd213ss	8(%rdx,%rcx,4), %xmm1, %xmm0
	addq	%r13, %rsi
	vmovss	%xmm0, 8(%rdx,%rcx,4)
	leaq	3(%r10,%rcx), %rdx
	vmovss	12(%rsi,%rcx,4), %xmm0
	leaq	4(%r10,%rcx), %rsi
	sarq	$63, %rdx
	andq	%r9, %rdx
	sarq	$63, %rsi
	addq	%r11, %rdx
	andq	%r9, %rsi
	vfmadd213ss	12(%rdx,%rcx,4), %xmm1, %xmm0
	addq	%r11, %rsi
	vmovss	%xmm0, 12(%rdx,%rcx,4)
	leaq	4(%rbp,%rcx), %rdx
	sarq	$63, %rdx
	andq	%r8, %rdx
	addq	%r13, %rdx
	vmovss	16(%rdx,%rcx,4), %xmm0
	leaq	5(%r10,%rcx), %rdx
	vfmadd213ss	16(%rsi,%rcx,4), %xmm1, %xmm0
	sarq	$63, %rdx
	andq	%r9, %rdx
	addq	%r11, %rdx
	vmovss	%xmm0, 16(%rsi,%rcx,4)
	leaq	5(%rbp,%rcx), %rsi
	sarq	$63, %rsi
	andq	%r8, %rsi
	addq	%r13, %rsi
	vmovss	20(%rsi,%rcx,4), %xmm0
	leaq	6(%rbp,%rcx), %rsi
	vfmadd213ss	20(%rdx,%rcx,4), %xmm1, %xmm0
	sarq	$63, %rsi
	andq	%r8, %rsi
	addq	%r13, %rsi
	vmovss	%xmm0, 20(%rdx,%rcx,4)
	leaq	6(%r10,%rcx), %rdx
	vmovss	24(%rsi,%rcx,4), %xmm0
	leaq	7(%rbp,%rcx), %rsi
	sarq	$63, %rdx
	andq	%r9, %rdx
	sarq	$63, %rsi
	addq	%r11, %rdx
	andq	%r8, %rsi
	vfmadd213ss	24(%rdx,%rcx,4), %xmm1, %xmm0
	addq	%r13, %rsi
	vmovss	%xmm0, 24(%rdx,%rcx,4)
	leaq	7(%r10,%rcx), %rdx
	vmovss	28(%rsi,%rcx,4), %xmm0
	sarq	$63, %rdx
	andq	%r9, %rdx
	addq	%r11, %rdx
	vfmadd213ss	28(%rdx,%rcx,4), %xmm1, %xmm0
	vmovss	%xmm0, 28(%rdx,%rcx,4)
	addq	$8, %rcx
	cmpq	%rcx, %r14
	jne	.LBB0_209
	movq	1784(%rsp), %r13
	testq	%rax, %rax
	je	.LBB0_137
.LBB0_211:
	addq	%r14, %rbx
	addq	%r14, %r12
	.p2align	4
.LBB0_212:
	movq	%rbx, %rdx
	sarq	$63, %rdx
	movq	%r12, %rcx
	sarq	$63, %rcx
	andq	%r8, %rdx
	andq	%r9, %rcx
	addq	%r15, %rdx
	addq	%rdi, %rcx
	vmovss	(%rdx,%rbx,4), %xmm0
	incq	%rbx
	vfmadd213ss	(%rcx,%r12,4), %xmm1, %xmm0
	vmovss	%xmm0, (%rcx,%r12,4)
	incq	%r12
	decq	%rax
	jne	.LBB0_212
	jmp	.LBB0_137
.LBB0_213:
	xorl	%r13d, %r13d
	movq	1784(%rsp), %r15
	movq	1328(%rsp), %rbp
	cmpq	%rcx, %rax
	jl	.LBB0_173
.LBB0_214:
	movq	1824(%rsp), %r13
	jmp	.LBB0_173
.LBB0_215:
	movq	1968(%rsp), %rdi
	movabsq	$NRT_decref, %r14
	vzeroupper
	callq	*%r14
	movq	1896(%rsp), %rdi
	callq	*%r14
	movq	1784(%rsp), %rdi
	callq	*%r14
	movq	%rbx, %rdi
	callq	*%r14
	movq	1840(%rsp), %rdi
	callq	*%r14
	movq	568(%rsp), %rax
	movq	$0, (%rax)
	xorl	%eax, %eax
	addq	$1688, %rsp
	.cfi_def_cfa_offset 56
	popq	%rbx
	.cfi_def_cfa_offset 48
	popq	%r12
	.cfi_def_cfa_offset 40
	popq	%r13
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	retq
.Lfunc_end0:
	.size	_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, .Lfunc_end0-_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.cfi_endproc

	.globl	_ZN7cpython8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.p2align	4
	.type	_ZN7cpython8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf,@function
_ZN7cpython8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	pushq	%r15
	.cfi_def_cfa_offset 24
	pushq	%r14
	.cfi_def_cfa_offset 32
	pushq	%r13
	.cfi_def_cfa_offset 40
	pushq	%r12
	.cfi_def_cfa_offset 48
	pushq	%rbx
	.cfi_def_cfa_offset 56
	subq	$520, %rsp
	.cfi_def_cfa_offset 576
	.cfi_offset %rbx, -56
	.cfi_offset %r12, -48
	.cfi_offset %r13, -40
	.cfi_offset %r14, -32
	.cfi_offset %r15, -24
	.cfi_offset %rbp, -16
	leaq	112(%rsp), %r10
	movq	%rsi, %rdi
	xorl	%ebx, %ebx
	leaq	120(%rsp), %r11
	leaq	128(%rsp), %r14
	leaq	136(%rsp), %r15
	leaq	144(%rsp), %r12
	leaq	152(%rsp), %r13
	movabsq	$.const.advance, %rsi
	movabsq	$PyArg_UnpackTuple, %rbp
	leaq	168(%rsp), %r8
	leaq	160(%rsp), %r9
	movl	$8, %edx
	movl	$8, %ecx
	xorl	%eax, %eax
	pushq	%r10
	.cfi_adjust_cfa_offset 8
	pushq	%r11
	.cfi_adjust_cfa_offset 8
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	callq	*%rbp
	addq	$48, %rsp
	.cfi_adjust_cfa_offset -48
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 240(%rsp)
	vmovups	%ymm0, 176(%rsp)
	vxorps	%xmm1, %xmm1, %xmm1
	vmovups	%ymm0, 304(%rsp)
	vmovups	%ymm0, 264(%rsp)
	vmovups	%ymm0, 200(%rsp)
	vmovups	%zmm1, 368(%rsp)
	movq	$0, 432(%rsp)
	vmovups	%ymm0, 328(%rsp)
	testl	%eax, %eax
	je	.LBB1_34
	movabsq	$_ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, %rax
	cmpq	$0, (%rax)
	je	.LBB1_2
	movq	168(%rsp), %rdi
	movabsq	$NRT_adapt_ndarray_from_python, %rbx
	leaq	448(%rsp), %rsi
	vmovups	%ymm0, 448(%rsp)
	vmovups	%ymm0, 472(%rsp)
	vzeroupper
	callq	*%rbx
	testl	%eax, %eax
	jne	.LBB1_6
	cmpq	$4, 472(%rsp)
	jne	.LBB1_6
	movq	480(%rsp), %rax
	movq	488(%rsp), %rcx
	movq	160(%rsp), %rdi
	movq	448(%rsp), %rbp
	movabsq	$PyNumber_Long, %r12
	movq	%rax, 104(%rsp)
	movq	%rcx, 96(%rsp)
	callq	*%r12
	movabsq	$PyLong_AsLongLong, %r15
	movabsq	$Py_DecRef, %r13
	testq	%rax, %rax
	je	.LBB1_8
	movq	%rax, %rdi
	movq	%rax, %r14
	callq	*%r15
	movq	%r14, %rdi
	movq	%rax, 32(%rsp)
	callq	*%r13
.LBB1_10:
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	movq	%rbp, %r13
	testq	%rax, %rax
	jne	.LBB1_22
	movq	152(%rsp), %rdi
	callq	*%r12
	testq	%rax, %rax
	je	.LBB1_12
	movq	%rax, %rdi
	movq	%rax, %r14
	callq	*%r15
	movq	%r14, %rdi
	movabsq	$Py_DecRef, %r14
	movq	%rax, %r12
	callq	*%r14
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_22
.LBB1_15:
	movq	144(%rsp), %rdi
	leaq	240(%rsp), %rsi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 240(%rsp)
	vmovups	%ymm0, 264(%rsp)
	vzeroupper
	callq	*%rbx
	testl	%eax, %eax
	jne	.LBB1_17
	cmpq	$4, 264(%rsp)
	jne	.LBB1_17
	movq	136(%rsp), %rdi
	movq	240(%rsp), %r14
	movq	272(%rsp), %r15
	movq	280(%rsp), %rbp
	leaq	176(%rsp), %rsi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 176(%rsp)
	vmovups	%ymm0, 200(%rsp)
	vzeroupper
	callq	*%rbx
	testl	%eax, %eax
	jne	.LBB1_20
	cmpq	$8, 200(%rsp)
	jne	.LBB1_20
	movq	208(%rsp), %rax
	movq	128(%rsp), %rdi
	movq	%rbx, %rcx
	movq	%r14, %rbx
	movq	176(%rsp), %r14
	leaq	368(%rsp), %rsi
	movq	%r15, 88(%rsp)
	vxorps	%xmm0, %xmm0, %xmm0
	movq	%rbp, 80(%rsp)
	vmovups	%zmm0, 368(%rsp)
	movq	$0, 432(%rsp)
	movq	%rcx, %r15
	movq	%rax, 72(%rsp)
	movq	216(%rsp), %rax
	movq	%rax, 64(%rsp)
	vzeroupper
	callq	*%rcx
	cmpq	$4, 392(%rsp)
	setne	%cl
	testl	%eax, %eax
	setne	%bpl
	orb	%cl, %bpl
	jne	.LBB1_24
	testb	%bpl, %bpl
	jne	.LBB1_30
.LBB1_26:
	movq	408(%rsp), %rax
	movq	120(%rsp), %rdi
	movq	%r13, 24(%rsp)
	movq	368(%rsp), %rbp
	movq	400(%rsp), %r13
	leaq	304(%rsp), %rsi
	vxorps	%xmm0, %xmm0, %xmm0
	vmovups	%ymm0, 304(%rsp)
	vmovups	%ymm0, 328(%rsp)
	movq	%rax, 56(%rsp)
	movq	416(%rsp), %rax
	movq	%rax, 48(%rsp)
	vzeroupper
	callq	*%r15
	testl	%eax, %eax
	jne	.LBB1_28
	cmpq	$4, 328(%rsp)
	jne	.LBB1_28
	movq	112(%rsp), %rdi
	movq	%rbp, %r15
	movq	%r14, 8(%rsp)
	movq	304(%rsp), %r14
	movq	336(%rsp), %rbp
	movabsq	$PyNumber_Float, %rax
	movq	%rbx, 16(%rsp)
	callq	*%rax
	movq	%rax, %rbx
	movabsq	$PyFloat_AsDouble, %rax
	movq	%rbx, %rdi
	callq	*%rax
	movabsq	$Py_DecRef, %rax
	movq	%rbx, %rdi
	vmovsd	%xmm0, 40(%rsp)
	callq	*%rax
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	jne	.LBB1_32
	vmovsd	40(%rsp), %xmm0
	vcvtsd2ss	%xmm0, %xmm0, %xmm0
	subq	$288, %rsp
	.cfi_adjust_cfa_offset 288
	movq	344(%rsp), %rdi
	movq	352(%rsp), %rdx
	movq	336(%rsp), %rax
	movq	%rbp, 256(%rsp)
	movq	%r13, 184(%rsp)
	movq	%r12, 32(%rsp)
	movq	296(%rsp), %r13
	movq	304(%rsp), %r12
	movq	%r15, %rbp
	movq	%r15, 152(%rsp)
	movq	312(%rsp), %r15
	movq	%r14, 224(%rsp)
	movq	%rdi, 192(%rsp)
	movq	360(%rsp), %rdi
	movq	%rdx, 136(%rsp)
	movq	368(%rsp), %rdx
	movq	%rax, 200(%rsp)
	movabsq	$_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, %rax
	movq	%r13, 96(%rsp)
	movq	%r12, 40(%rsp)
	movq	%rdi, 128(%rsp)
	movq	376(%rsp), %rdi
	movq	%rdx, 80(%rsp)
	movq	320(%rsp), %rdx
	movq	%rdi, 72(%rsp)
	movq	384(%rsp), %rdi
	movq	%rdx, 24(%rsp)
	movq	392(%rsp), %rdx
	movq	%rdi, 8(%rsp)
	leaq	800(%rsp), %rdi
	movq	%rdx, (%rsp)
	movq	%r15, %rdx
	callq	*%rax
	addq	$288, %rsp
	.cfi_adjust_cfa_offset -288
	movabsq	$NRT_decref, %rbx
	movq	%r15, %rdi
	callq	*%rbx
	movq	%r12, %rdi
	callq	*%rbx
	movq	%r13, %rdi
	callq	*%rbx
	movq	%rbp, %rdi
	callq	*%rbx
	movq	%r14, %rdi
	callq	*%rbx
	movabsq	$_Py_NoneStruct, %rbx
	movabsq	$Py_IncRef, %rax
	movq	%rbx, %rdi
	callq	*%rax
.LBB1_34:
	movq	%rbx, %rax
	addq	$520, %rsp
	.cfi_def_cfa_offset 56
	popq	%rbx
	.cfi_def_cfa_offset 48
	popq	%r12
	.cfi_def_cfa_offset 40
	popq	%r13
	.cfi_def_cfa_offset 32
	popq	%r14
	.cfi_def_cfa_offset 24
	popq	%r15
	.cfi_def_cfa_offset 16
	popq	%rbp
	.cfi_def_cfa_offset 8
	vzeroupper
	retq
.LBB1_2:
	.cfi_def_cfa_offset 576
	movabsq	$PyExc_RuntimeError, %rdi
	movabsq	$".const.missing Environment: _ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf", %rsi
	jmp	.LBB1_3
.LBB1_6:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
.LBB1_3:
	movabsq	$PyErr_SetString, %rax
	vzeroupper
	callq	*%rax
	xorl	%ebx, %ebx
	jmp	.LBB1_34
.LBB1_8:
	movq	$0, 32(%rsp)
	jmp	.LBB1_10
.LBB1_12:
	xorl	%r12d, %r12d
	movabsq	$PyErr_Occurred, %rax
	callq	*%rax
	testq	%rax, %rax
	je	.LBB1_15
	jmp	.LBB1_22
.LBB1_17:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	jmp	.LBB1_22
.LBB1_20:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	jmp	.LBB1_21
.LBB1_24:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	testb	%bpl, %bpl
	je	.LBB1_26
	jmp	.LBB1_30
.LBB1_28:
	movabsq	$PyExc_TypeError, %rdi
	movabsq	$".const.can't unbox array from PyObject into native value.  The object maybe of a different type", %rsi
	movabsq	$PyErr_SetString, %rax
	callq	*%rax
	jmp	.LBB1_29
.LBB1_32:
	movabsq	$NRT_decref, %rax
	movq	%r14, %rdi
	callq	*%rax
	movq	16(%rsp), %rbx
	movq	8(%rsp), %r14
	movq	%r15, %rbp
.LBB1_29:
	movabsq	$NRT_decref, %rax
	movq	%rbp, %rdi
	callq	*%rax
	movq	24(%rsp), %r13
.LBB1_30:
	movabsq	$NRT_decref, %rax
	movq	%r14, %rdi
	callq	*%rax
	movq	%rbx, %r14
.LBB1_21:
	movabsq	$NRT_decref, %rax
	movq	%r14, %rdi
	callq	*%rax
.LBB1_22:
	movabsq	$NRT_decref, %rax
	movq	%r13, %rdi
	callq	*%rax
	xorl	%ebx, %ebx
	jmp	.LBB1_34
.Lfunc_end1:
	.size	_ZN7cpython8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, .Lfunc_end1-_ZN7cpython8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.cfi_endproc

	.globl	cfunc._ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.p2align	4
	.type	cfunc._ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf,@function
cfunc._ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf:
	.cfi_startproc
	subq	$296, %rsp
	.cfi_def_cfa_offset 304
	vmovups	360(%rsp), %xmm2
	vmovaps	416(%rsp), %xmm3
	vmovups	472(%rsp), %xmm4
	vmovups	312(%rsp), %xmm1
	movq	%rdi, %rdx
	movq	488(%rsp), %rdi
	movq	512(%rsp), %r10
	movq	544(%rsp), %r11
	movq	328(%rsp), %rax
	movq	384(%rsp), %rcx
	movq	440(%rsp), %rsi
	movq	$0, 288(%rsp)
	movq	%rdi, 200(%rsp)
	movq	%r11, 256(%rsp)
	movq	%r10, 224(%rsp)
	leaq	288(%rsp), %rdi
	vmovups	%xmm4, 184(%rsp)
	movq	%rsi, 152(%rsp)
	vmovups	%xmm3, 128(%rsp)
	movq	%rcx, 96(%rsp)
	vmovups	%xmm2, 72(%rsp)
	movq	%rax, 40(%rsp)
	movabsq	$_ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, %rax
	vmovups	%xmm1, 24(%rsp)
	movq	%r9, 8(%rsp)
	movq	%r8, (%rsp)
	callq	*%rax
	movq	288(%rsp), %rax
	addq	$296, %rsp
	.cfi_def_cfa_offset 8
	retq
.Lfunc_end2:
	.size	cfunc._ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf, .Lfunc_end2-cfunc._ZN8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf
	.cfi_endproc

	.weak	NRT_decref
	.p2align	4
	.type	NRT_decref,@function
NRT_decref:
	.cfi_startproc
	testq	%rdi, %rdi
	je	.LBB3_2
	#MEMBARRIER
	lock		decq	(%rdi)
	je	.LBB3_3
.LBB3_2:
	retq
.LBB3_3:
	movabsq	$NRT_MemInfo_call_dtor, %rax
	#MEMBARRIER
	jmpq	*%rax
.Lfunc_end3:
	.size	NRT_decref, .Lfunc_end3-NRT_decref
	.cfi_endproc

	.weak	NRT_incref
	.p2align	4
	.type	NRT_incref,@function
NRT_incref:
	testq	%rdi, %rdi
	je	.LBB4_2
	lock		incq	(%rdi)
.LBB4_2:
	retq
.Lfunc_end4:
	.size	NRT_incref, .Lfunc_end4-NRT_incref

	.type	.const.advance,@object
	.section	.lrodata,"al",@progbits
.const.advance:
	.asciz	"advance"
	.size	.const.advance, 8

	.type	_ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf,@object
	.comm	_ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf,8,8
	.type	".const.missing Environment: _ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf",@object
	.p2align	4, 0x0
".const.missing Environment: _ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf":
	.asciz	"missing Environment: _ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf"
	.size	".const.missing Environment: _ZN08NumbaEnv8__main__7advanceB2v1B96c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYHBXQQxVhMAE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedE5ArrayIxLi1E1C7mutable7alignedE5ArrayIfLi2E1C7mutable7alignedE5ArrayIfLi1E1C7mutable7alignedEf", 314

	.type	".const.can't unbox array from PyObject into native value.  The object maybe of a different type",@object
	.p2align	4, 0x0
".const.can't unbox array from PyObject into native value.  The object maybe of a different type":
	.asciz	"can't unbox array from PyObject into native value.  The object maybe of a different type"
	.size	".const.can't unbox array from PyObject into native value.  The object maybe of a different type", 89

	.type	_ZN08NumbaEnv8__main__7listingB2v2B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIxLi1E1C7mutable7alignedEx,@object
	.comm	_ZN08NumbaEnv8__main__7listingB2v2B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIxLi1E1C7mutable7alignedEx,8,8
	.type	_ZN08NumbaEnv8__main__7forwardB2v3B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedExxxx5ArrayIxLi1E1C7mutable7alignedExx,@object
	.comm	_ZN08NumbaEnv8__main__7forwardB2v3B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedExxxx5ArrayIxLi1E1C7mutable7alignedExx,8,8
	.type	_ZN08NumbaEnv8__main__7descendB2v4B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedExxxxx5ArrayIxLi1E1C7mutable7alignedExxf,@object
	.comm	_ZN08NumbaEnv8__main__7descendB2v4B106c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsCAgXrKFt1X1epFwMRTnJ_2bsrqOgnldcBaKS8_2fNKihKTS9RrNYE6EQkEajwwJMEsTQA_3dE5ArrayIfLi1E1C7mutable7alignedExx5ArrayIfLi1E1C7mutable7alignedExxxxx5ArrayIxLi1E1C7mutable7alignedExxf,8,8
	.section	".note.GNU-stack","",@progbits
