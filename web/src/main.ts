import { mount } from 'svelte';
import Console from './app/Console.svelte';
import './theme.css';

const target = document.getElementById('console');
if (target === null) {
  throw new Error('index.html has no element with the id "console"');
}
target.replaceChildren();
mount(Console, { target });
