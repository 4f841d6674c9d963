import { readFileSync, writeFileSync } from 'node:fs'
import { run } from './src/run.ts'
import { Random } from '@parsec-bft/sim'
const files = ['/work/shared/recorded-graphs/small/minimal.dot','/work/shared/recorded-graphs/annotated/remove-peer.dot','/work/shared/recorded-graphs/forks/sees.dot','/tmp/g7/Dave-003.dot']
const codes: Record<string, number> = {}
const r = new Random('fuzz')
const end = Date.now()+60000
let n = 0
while (Date.now() < end) {
  const text = readFileSync(r.pick(files),'utf8'); let lines = text.split('\n')
  const k = r.integer(1,3)
  for (let i=0;i<k;i++){ const a=r.integer(0,lines.length-1), b=r.integer(0,lines.length-1); const w=r.integer(0,4)
   if (w===0) lines.splice(a,1); else if (w===1) lines.splice(a,0,lines[b]!); else if (w===2) [lines[a],lines[b]]=[lines[b]!,lines[a]!]
   else if (w===3) lines[a]=lines[a]!.replace(/[A-F]/, 'ABCDEF'[r.integer(0,5)]!) 
   else lines[a]=lines[a]!.replace(/\d+/, String(r.integer(0,12))) }
  writeFileSync('/tmp/fuzz.dot', lines.join('\n'))
  try { let err=''; const c = await run(['replay','/tmp/fuzz.dot'], {stdout:{write:()=>0},stderr:{write:(t)=>{err+=t}},clockMs:()=>0,freshSeed:()=>'1'}); 
    codes[c]=(codes[c]??0)+1 } catch(e) { const m = String((e as Error).stack).split('\n').slice(0,4).join(' | '); if(!codes[m]) writeFileSync(`/tmp/fuzz-crash-${Object.keys(codes).length}.dot`, lines.join('\n')); codes[m]=(codes[m]??0)+1 }
  n++
}
console.log(n, codes)
