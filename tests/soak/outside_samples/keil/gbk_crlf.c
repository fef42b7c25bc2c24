/* SPDX-License-Identifier: Apache-2.0 */
// 一个 GBK 注释 昞
#include <reg52.h>
#define uchar unsigned char
sbit LED = P1^0; // 亮灯
uchar code tab[]={1,2,3};
void delay(unsigned int n)
{
	unsigned int i,j;   // 循环
	for(i=0;i<n;i++)
		for(j=0;j<120;j++);
}
uchar add(uchar a,uchar b)
{
	uchar c;
	c=a+b;		/* 和 */
	if(c>100) return 100;
	else return c;
}
void main()
{
	while(1)
	{
		LED=0;
		delay(500);
		LED=1;
		delay(add(tab[0],tab[1]));
	}
}
